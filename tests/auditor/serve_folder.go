// serve_folder: serves a folder on a free port of the loopback interface, as any web server would serve a log's files.
// Prints the port.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: serve_folder FOLDER")
		os.Exit(64)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		fmt.Println(listener.Addr().(*net.TCPAddr).Port)
		err = http.Serve(listener, http.FileServer(http.Dir(os.Args[1])))
	}
	fmt.Fprintf(os.Stderr, "serve_folder: %v\n", err)
	os.Exit(1)
}
