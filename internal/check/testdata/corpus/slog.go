package main

import "log/slog"

func main() { slog.Info("m", "key", 1, "lonely") }
