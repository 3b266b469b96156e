package service_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/outbox"
	"danyuan/testkit"
)

// patience is how long a test waits for what must happen. Nothing waits for it when all is well.
const patience = 20 * time.Second

func within(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s has not happened within %v", what, patience)
	}
}

// letter is a kind that only tests know.
const letter = "letter"

func owe(k *testkit.Kit, subject int64) {
	k.Helper()
	if err := k.S.Owe(k.Context(), letter, subject, "", k.Clock.Now()); err != nil {
		k.Fatal(err)
	}
}

// letters gives the stored jobs of that kind.
func letters(k *testkit.Kit) (jobs []model.Job) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error { return tx.Where("kind = ?", letter).Order("id").Find(&jobs).Error })
	return jobs
}

func expectLetter(k *testkit.Kit, state model.JobState, attempts int, reason string) model.Job {
	k.Helper()
	all := letters(k)
	if len(all) != 1 || all[0].State != state || all[0].Attempts != attempts || all[0].LastError != reason {
		k.Fatalf("jobs %+v, want one that is %s after %d tries for %q", all, state, attempts, reason)
	}
	return all[0]
}

// work starts workers and gives what stops them and waits for it.
func work(k *testkit.Kit, workers int) (stop func()) {
	ctx, cancel := context.WithCancel(k.Context())
	var running sync.WaitGroup
	running.Go(func() { k.S.Work(ctx, workers) })
	stop = func() { cancel(); running.Wait() }
	k.Cleanup(stop)
	return stop
}

func TestWork_eachJobIsDoneOnce(t *testing.T) {
	k := testkit.New(t)
	const n = 200
	var times [n]atomic.Int32
	var left sync.WaitGroup
	left.Add(n)
	k.S.SetJob(letter, func(_ context.Context, subject int64) error {
		times[subject].Add(1)
		left.Done()
		return nil
	})
	stop := work(k, 8)
	k.Race(4, func(i int) {
		for subject := i; subject < n; subject += 4 {
			if err := k.S.Owe(k.Context(), letter, int64(subject), "", k.Clock.Now()); err != nil {
				t.Error(err)
			}
		}
	})
	all := make(chan struct{})
	go func() { left.Wait(); close(all) }()
	within(t, "every job", all)
	stop()
	for subject := range times {
		if got := times[subject].Load(); got != 1 {
			t.Errorf("job %d was done %d times", subject, got)
		}
	}
	for _, j := range letters(k) {
		if j.State != model.JobDone || j.Attempts != 1 {
			t.Errorf("stored as %+v", j)
		}
	}
}

func TestWork_rolledBackCommandOwesNothing(t *testing.T) {
	k := testkit.New(t)
	no := errors.New("no")
	if err := k.S.OweThenFail(k.Context(), letter, 1, no); !errors.Is(err, no) {
		t.Fatal(err)
	}
	if jobs := letters(k); len(jobs) != 0 {
		t.Fatalf("owed: %+v", jobs)
	}
}

func TestWork_wakesAtOnceForWhatThisReplicaOwes(t *testing.T) {
	k := testkit.New(t)
	k.S.SetPoll(time.Hour)
	const n = 20
	var done [n]chan struct{}
	for i := range done {
		done[i] = make(chan struct{})
	}
	k.S.SetJob(letter, func(_ context.Context, subject int64) error { close(done[subject]); return nil })
	work(k, 2)
	for i := range done {
		owe(k, int64(i))
		within(t, "the job that was owed while the worker waited", done[i])
		for range 20 { // long enough for the worker to look once more and wait
			letters(k)
		}
	}
}

func TestWork_findsWhatAnotherReplicaOwes(t *testing.T) {
	k := testkit.New(t)
	k.S.SetPoll(time.Millisecond)
	done := make(chan struct{})
	k.S.SetJob(letter, func(context.Context, int64) error { close(done); return nil })
	work(k, 1)
	other := k.Replica()
	if err := other.Owe(k.Context(), letter, 1, "", k.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	within(t, "the other replica's job", done)
}

func TestWork_finishesWhatIsUnderWayWhenStopped(t *testing.T) {
	k := testkit.New(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	k.S.SetJob(letter, func(ctx context.Context, _ int64) error {
		close(begun)
		<-goOn
		return ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { k.S.Work(ctx, 2); close(stopped) }()
	owe(k, 1)
	within(t, "the job's begin", begun)
	cancel()
	select {
	case <-stopped:
		t.Fatal("stopped with a job under way")
	default:
	}
	close(goOn)
	within(t, "the stop", stopped)
	expectLetter(k, model.JobDone, 1, "")
}

func TestWork_jobOfADeadWorkerIsDoneAfterItsLease(t *testing.T) {
	k := testkit.New(t)
	did := 0
	k.S.SetJob(letter, func(context.Context, int64) error { did++; return nil })
	owe(k, 1)
	k.Tx(func(tx *gorm.DB) error { // a worker claims it and dies
		_, err := outbox.Claim(tx, []int64{letters1(tx)}, k.Clock.Now())
		return err
	})
	k.WorkOff()
	if did != 0 {
		t.Fatal("done within another's lease")
	}
	k.Move(outbox.Lease)
	k.WorkOff()
	expectLetter(k, model.JobDone, 2, "")
	if did != 1 {
		t.Fatalf("done %d times", did)
	}
}

// letters1 gives the id of the one letter, inside a transaction.
func letters1(tx *gorm.DB) int64 {
	var j model.Job
	tx.Where("kind = ?", letter).Take(&j)
	return j.ID
}

func TestWork_jobThatKillsItsWorkerIsStuckInTheEnd(t *testing.T) {
	k := testkit.New(t)
	k.S.SetJob(letter, func(context.Context, int64) error { t.Error("it was tried once more"); return nil })
	owe(k, 1)
	for range outbox.Tries {
		k.Tx(func(tx *gorm.DB) error {
			_, err := outbox.Claim(tx, []int64{letters1(tx)}, k.Clock.Now())
			return err
		})
		k.Move(outbox.Lease)
	}
	k.WorkOff()
	expectLetter(k, model.JobStuck, outbox.Tries+1, "job.worker_died")
}

func TestWork_panicFailsThatJobAlone(t *testing.T) {
	k := testkit.New(t)
	k.S.SetJob(letter, func(_ context.Context, subject int64) error {
		if subject == 1 {
			panic("torn")
		}
		return nil
	})
	owe(k, 1)
	owe(k, 2)
	k.WorkOff()
	jobs := letters(k)
	if jobs[0].State != model.JobDue || jobs[0].LastError != "job.panicked" || jobs[1].State != model.JobDone {
		t.Fatalf("stored as %+v", jobs)
	}
}

func TestWork_failedJobIsTriedAgainAfterPausesThatGrow(t *testing.T) {
	k := testkit.New(t)
	down := fault.New(fault.Unavailable, "post.closed", "邮局关门了,请明天再来。")
	tries := 0
	k.S.SetJob(letter, func(context.Context, int64) error { tries++; return down })
	owe(k, 1)
	paused := time.Duration(0)
	for try := 1; try < outbox.Tries; try++ {
		k.WorkOff()
		j := expectLetter(k, model.JobDue, try, "post.closed")
		next := j.DueAt.Sub(k.Clock.Now())
		if next <= paused {
			t.Fatalf("after try %d it waits %v, before it waited %v", try, next, paused)
		}
		paused = next
		k.Move(next - time.Second)
		k.WorkOff()
		expectLetter(k, model.JobDue, try, "post.closed")
		k.Move(time.Second)
	}
	k.WorkOff()
	expectLetter(k, model.JobStuck, outbox.Tries, "post.closed")
	k.Move(1000 * time.Hour)
	k.WorkOff()
	if tries != outbox.Tries {
		t.Fatalf("%d tries, want %d", tries, outbox.Tries)
	}
}

func TestWork_whatNoFurtherTryMendsIsStuckAtOnce(t *testing.T) {
	k := testkit.New(t)
	k.S.SetJob(letter, func(context.Context, int64) error { return model.ErrNodeEnded })
	owe(k, 1)
	k.WorkOff()
	expectLetter(k, model.JobStuck, 1, "node.ended")
}

func TestWork_kindOfANewerBinaryIsLeftToIt(t *testing.T) {
	k := testkit.New(t)
	owe(k, 1) // nobody has said who does letters
	k.WorkOff()
	expectLetter(k, model.JobDue, 0, "")
}

func TestWork_longJobKeepsItsLease(t *testing.T) {
	k := testkit.New(t)
	k.S.SetRenew(time.Millisecond)
	begun, goOn := make(chan struct{}), make(chan struct{})
	k.S.SetJob(letter, func(context.Context, int64) error { close(begun); <-goOn; return nil })
	work(k, 1)
	owe(k, 1)
	within(t, "the job's begin", begun)
	k.Clock.Move(outbox.Lease - time.Second)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		for t.Context().Err() == nil {
			if j := letters(k); j[0].DueAt.Equal(k.Clock.Now().Add(outbox.Lease)) {
				return
			}
		}
	}()
	within(t, "the renewal", renewed)
	close(goOn)
}

func TestWork_lostJobIsToldToStop(t *testing.T) {
	k := testkit.New(t)
	k.S.SetRenew(time.Millisecond)
	begun, told := make(chan struct{}), make(chan struct{})
	k.S.SetJob(letter, func(ctx context.Context, _ int64) error {
		close(begun)
		<-ctx.Done()
		close(told)
		return nil
	})
	stop := work(k, 1)
	owe(k, 1)
	within(t, "the job's begin", begun)
	k.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Job{}).Where("kind = ?", letter).Update("owner", "another").Error
	})
	within(t, "the end of the job's context", told)
	stop()
	if j := expectLetter(k, model.JobDue, 1, ""); j.Owner != "another" {
		t.Fatalf("the lost job was written to: %+v", j)
	}
}

func TestWork_dutyIsOwedOnceInItsTimeByAllReplicas(t *testing.T) {
	k := testkit.New(t)
	other := k.Replica()
	count := func() (n int64) {
		k.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Job{}).Where("kind = ?", "sweep").Count(&n).Error })
		return n
	}
	for hour := int64(1); hour <= 3; hour++ {
		k.Race(4, func(i int) {
			s := k.S
			if i%2 == 1 {
				s = other
			}
			if err := s.OweDuties(k.Context()); err != nil {
				t.Error(err)
			}
		})
		if n := count(); n != hour {
			t.Fatalf("%d jobs in hour %d", n, hour)
		}
		k.Move(time.Hour)
	}
	k.WorkOff()
}

// TestWork_whatAsksOutsideKeepsNothingElseWaiting: with WeChat silent, every hand that may wait for it waits.
func TestWork_whatAsksOutsideKeepsNothingElseWaiting(t *testing.T) {
	k := testkit.New(t)
	const workers = 2
	silent, waiting, done := make(chan struct{}), make(chan struct{}, workers), make(chan struct{})
	k.S.SetJob("send_notice", func(context.Context, int64) error {
		waiting <- struct{}{}
		<-silent
		return nil
	})
	k.S.SetJob(letter, func(context.Context, int64) error { close(done); return nil })
	for n := range int64(2 * workers) {
		if err := k.S.Owe(k.Context(), "send_notice", n, "", k.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	stop := work(k, workers)
	for range workers {
		<-waiting
	}
	owe(k, 1)
	within(t, "the other job", done)
	go func() { // let the rest go
		for range workers {
			<-waiting
		}
	}()
	close(silent)
	stop()
	expectLetter(k, model.JobDone, 1, "")
}
