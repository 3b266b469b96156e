package model

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
)

// TestTx_whoComesFirstIsServedFirst: of many who wait for a connection, nobody is passed over for long.
func TestTx_whoComesFirstIsServedFirst(t *testing.T) {
	db, err := OpenAsItIs("sqlite:"+filepath.Join(t.TempDir(), "empty.db"), &Keys{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var all sync.WaitGroup
	var mu sync.Mutex
	var served []int
	hold, held := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		_ = db.Tx(t.Context(), func(*gorm.DB) error { close(held); <-hold; return nil })
	})
	<-held
	for i := range 20 {
		all.Go(func() {
			err := db.Tx(t.Context(), func(*gorm.DB) error {
				mu.Lock()
				defer mu.Unlock()
				served = append(served, i)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		for db.Waiting() <= i {
			<-time.After(time.Millisecond)
		}
		<-time.After(time.Millisecond) // from counting to waiting
	}
	impatient, stop := context.WithCancel(t.Context())
	stop()
	if err := db.Tx(impatient, func(*gorm.DB) error { return nil }); err == nil {
		t.Error("who had gone was served")
	}
	close(hold)
	all.Wait()
	if len(served) != 20 || !slices.IsSorted(served) || db.Waiting() != 0 {
		t.Errorf("served %v, %d wait", served, db.Waiting())
	}
}
