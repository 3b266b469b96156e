package main

import (
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// watched tells whether somebody looks at a terminal.
var watched = sync.OnceValue(func() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&fs.ModeCharDevice != 0
})

// drawn says how far a command is, over what it said before. In a file, or in the mail of a nightly backup, that
// would be one endless line.
func drawn(format string, args ...any) {
	if watched() {
		fmt.Printf("\r"+format, args...)
	}
}

// drawnOver begins a new line after what was drawn.
func drawnOver() { drawn("\n") }
