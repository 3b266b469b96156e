package testkit

import "sync"

// Race runs f n times at once: all wait at a gate and start together. It returns when all are through.
// f must not fail the test itself; it leaves what it saw for the caller to judge.
func (k *Kit) Race(n int, f func(i int)) {
	k.Helper()
	gate := make(chan struct{})
	var ready, through sync.WaitGroup
	for i := range n {
		ready.Add(1)
		through.Go(func() {
			ready.Done()
			<-gate
			f(i)
		})
	}
	ready.Wait()
	close(gate)
	through.Wait()
}
