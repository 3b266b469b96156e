package fresh_test

import (
	"context"
	"testing"

	"danyuan/service/fresh"
)

type open struct{}

func (open) Open() bool { return true }

func TestGet_panicInALoadIsItsFailureAndNotTheProcess(t *testing.T) {
	c := fresh.New[int, int](open{}, 10)
	if _, err := c.Get(t.Context(), 1, func(context.Context) (int, []string, error) { panic("broken") }); err == nil {
		t.Fatal("no error")
	}
	v, err := c.Get(t.Context(), 1, func(context.Context) (int, []string, error) { return 7, nil, nil })
	if v != 7 || err != nil {
		t.Fatalf("after it: %d, %v", v, err)
	}
}
