// Package client is what has been built for people's phones and browsers, as part of the binary: whoever
// has only Go gets it all the same. It must not know how it is served.
package client

import (
	"embed"
	"io/fs"
)

//go:embed all:dist/h5 all:dist/console
var built embed.FS

// H5 gives the client as web pages, with index.html at the top.
func H5() fs.FS { return in("dist/h5") }

// Console gives the console, with index.html at the top.
func Console() fs.FS { return in("dist/console") }

func in(folder string) fs.FS {
	files, err := fs.Sub(built, folder)
	if err != nil {
		panic(err) // only for a name that no folder can have
	}
	return files
}
