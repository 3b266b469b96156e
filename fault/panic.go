package fault

import (
	"fmt"
	"runtime/debug"
)

// Caught makes what recover gave an error that says where it happened, for the log; nil when nothing panicked. It is
// called in the deferred function itself: the stack is still the one that broke.
func Caught(broke any) error {
	if broke == nil {
		return nil
	}
	return fmt.Errorf("panic: %v\n%s", broke, debug.Stack())
}
