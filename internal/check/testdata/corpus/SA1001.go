package main

import "text/template"

func main() { template.Must(template.New("t").Parse("{{.Name}} {{.A}}{{end}}")) }
