package testkit

import "sync"

// Race starts n goroutines that wait at one gate, opens it, and waits for all of them. fn must not end
// the test: it notes what happened, and the test looks at it afterwards.
func (k *Kit) Race(n int, fn func(i int)) {
	k.Helper()
	var ready, over sync.WaitGroup
	gate := make(chan struct{})
	ready.Add(n)
	for i := range n {
		over.Go(func() {
			ready.Done()
			<-gate
			fn(i)
		})
	}
	ready.Wait()
	close(gate)
	over.Wait()
}
