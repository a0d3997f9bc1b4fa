package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"time"
)

type note struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

type store struct {
	mu    sync.RWMutex
	next  int
	notes map[int]note
}

func newStore() *store { return &store{next: 1, notes: map[int]note{}} }

func (s *store) add(text string) note {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := note{s.next, text}
	s.notes[n.ID] = n
	s.next++
	return n
}

func (s *store) get(id int) (note, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n, ok := s.notes[id]
	return n, ok
}

func (s *store) remove(id int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.notes[id]
	delete(s.notes, id)
	return ok
}

var errNotFound = errors.New("no such note")

type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return fmt.Sprintf("%d: %v", e.status, e.err) }
func (e *statusError) Unwrap() error { return e.err }

type handler func(w http.ResponseWriter, r *http.Request) error

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	if err == nil {
		return
	}
	status := http.StatusInternalServerError
	var se *statusError
	if errors.As(err, &se) {
		status = se.status
	}
	slog.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "status", status, "err", err)
	http.Error(w, http.StatusText(status), status)
}

func routes(s *store) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /notes", handler(func(w http.ResponseWriter, r *http.Request) error {
		var n note
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&n); err != nil {
			return &statusError{http.StatusBadRequest, err}
		}
		w.WriteHeader(http.StatusCreated)
		return json.NewEncoder(w).Encode(s.add(n.Text))
	}))
	mux.Handle("GET /notes/{id}", handler(func(w http.ResponseWriter, r *http.Request) error {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			return &statusError{http.StatusBadRequest, err}
		}
		n, ok := s.get(id)
		if !ok {
			return &statusError{http.StatusNotFound, errNotFound}
		}
		return json.NewEncoder(w).Encode(n)
	}))
	mux.Handle("DELETE /notes/{id}", handler(func(w http.ResponseWriter, r *http.Request) error {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			return &statusError{http.StatusBadRequest, err}
		}
		if !s.remove(id) {
			return &statusError{http.StatusNotFound, errNotFound}
		}
		return nil
	}))
	return mux
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	server := &http.Server{Addr: ":8080", Handler: routes(newStore()), ReadHeaderTimeout: time.Second}
	go func() {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			slog.Error("shutdown", "err", err)
		}
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintln(os.Stderr, err)
	}
}
