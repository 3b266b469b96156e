package service

import (
	"context"
	"errors"
	"fmt"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"

	"danyuan/fault"
	"danyuan/model"
)

func TestOutcomes_areFewAndFixedWords(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, OutcomeDone}, {&Replayed{}, OutcomeDone}, {errRaced, OutcomeAgain}, {&mysqldriver.MySQLError{Number: 1213}, OutcomeAgain},
		{model.ErrNotAllowed, OutcomeRefused}, {fmt.Errorf("around: %w", model.ErrNotAllowed), OutcomeRefused},
		{errors.New("disk full"), OutcomeFailed}, {fault.New(fault.Internal, "a", "b"), OutcomeFailed}, {context.Canceled, OutcomeFailed},
	} {
		if got := outcomeOf(c.err); got != c.want {
			t.Errorf("%v is %s, want %s", c.err, got, c.want)
		}
	}
	for state, want := range map[model.JobState]string{model.JobDone: OutcomeDone, model.JobDue: OutcomeAgain, model.JobStuck: OutcomeStuck} {
		if got := outcomeOfJob(state, nil); got != want {
			t.Errorf("a job that is %s: %s, want %s", state, got, want)
		}
	}
	if got := outcomeOfJob(model.JobDone, errors.New("disk full")); got != OutcomeFailed {
		t.Errorf("a job that could not be written down: %s", got)
	}
}
