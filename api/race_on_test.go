//go:build race

package api_test

// raced tells that the race detector watches: it makes allocations of its own.
const raced = true
