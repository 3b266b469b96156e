package main

// room is what is left of a file system.
type room struct {
	free      uint64  // bytes
	filesLeft float64 // of the files that it can hold, the share that may still be made
}
