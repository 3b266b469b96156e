package outbox_test

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service/outbox"
	"danyuan/testkit"
)

var kinds = []string{"letter"}

func owe(k *testkit.Kit, once string) {
	k.Helper()
	now := k.Clock.Now()
	k.Tx(func(tx *gorm.DB) error { return outbox.Owe(tx, outbox.Owed("letter", 7, once, now, now)) })
}

func due(k *testkit.Kit) []int64 {
	k.Helper()
	ids, err := outbox.Due(k.DB.Read(k.Context()), kinds, k.Clock.Now(), 100)
	if err != nil {
		k.Fatal(err)
	}
	return ids
}

// claim takes everything that is due.
func claim(k *testkit.Kit) (jobs []model.Job) {
	k.Helper()
	ids := due(k)
	k.Tx(func(tx *gorm.DB) (err error) { jobs, err = outbox.Claim(tx, ids, k.Clock.Now()); return err })
	return jobs
}

func one(k *testkit.Kit) model.Job {
	k.Helper()
	jobs := claim(k)
	if len(jobs) != 1 {
		k.Fatalf("%d jobs were claimed, want 1", len(jobs))
	}
	return jobs[0]
}

func stored(k *testkit.Kit, id int64) (j model.Job) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error { return tx.Where("id = ?", id).Take(&j).Error })
	return j
}

func TestOwe_sameOnceKeyIsTheSameJob(t *testing.T) {
	k := testkit.New(t)
	for range 3 {
		owe(k, "letter@today")
	}
	owe(k, "letter@tomorrow")
	if n := len(due(k)); n != 2 {
		t.Fatalf("%d jobs, want 2", n)
	}
}

func TestDue_leavesOtherKindsAndTheFutureAlone(t *testing.T) {
	k := testkit.New(t)
	now := k.Clock.Now()
	k.Tx(func(tx *gorm.DB) error {
		return outbox.Owe(tx, outbox.Owed("letter", 1, "", now.Add(time.Second), now), outbox.Owed("parcel", 2, "", now, now))
	})
	if ids := due(k); len(ids) != 0 {
		t.Fatalf("due: %v", ids)
	}
	k.Move(time.Second)
	if ids := due(k); len(ids) != 1 {
		t.Fatalf("due a second later: %v", ids)
	}
}

func TestClaim_jobOfADeadWorkerIsTakenOverAfterItsLease(t *testing.T) {
	k := testkit.New(t)
	owe(k, "")
	dead := one(k)
	k.Move(outbox.Lease - time.Second)
	if jobs := claim(k); len(jobs) != 0 {
		t.Fatal("a job was claimed within another's lease")
	}
	k.Move(time.Second)
	heir := one(k)
	if heir.ID != dead.ID || heir.Owner == dead.Owner || heir.Attempts != 2 {
		t.Fatalf("taken over as %+v", heir)
	}
	now := k.Clock.Now()
	k.Tx(func(tx *gorm.DB) error {
		for name, err := range map[string]error{
			"renew": outbox.Renew(tx, dead, now), "give up": outbox.GiveUp(tx, dead, "late"),
		} {
			if !errors.Is(err, outbox.ErrLost) {
				t.Errorf("%s by the dead worker: %v", name, err)
			}
		}
		return outbox.Done(tx, []model.Job{dead}, "", now)
	})
	if j := stored(k, heir.ID); j.State != model.JobDue || j.Owner != heir.Owner {
		t.Fatalf("the dead worker ended it: %+v", j)
	}
	k.Tx(func(tx *gorm.DB) error { return outbox.Done(tx, []model.Job{heir}, "", now) })
	if j := stored(k, heir.ID); j.State != model.JobDone || j.DoneAt == nil || !j.DoneAt.Equal(now) {
		t.Fatalf("done as %+v", j)
	}
}

func TestClaim_racingClaimersShareNothing(t *testing.T) {
	k := testkit.New(t)
	for range 40 {
		owe(k, "")
	}
	ids, now := due(k), k.Clock.Now()
	var (
		mu  sync.Mutex
		all []int64
	)
	k.Race(8, func(int) {
		var jobs []model.Job
		var err error
		for { // as inTx does
			err = k.DB.Tx(k.Context(), func(tx *gorm.DB) (err error) { jobs, err = outbox.Claim(tx, ids, now); return err })
			if !model.WorthRetrying(err) {
				break
			}
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			t.Error(err)
		}
		for _, j := range jobs {
			all = append(all, j.ID)
		}
	})
	slices.Sort(all)
	if !slices.Equal(all, ids) {
		t.Fatalf("claimed %v of %v", all, ids)
	}
}

func TestRenew_longJobKeepsItsLease(t *testing.T) {
	k := testkit.New(t)
	owe(k, "")
	j := one(k)
	for range 5 {
		k.Move(outbox.Lease - time.Second)
		k.Tx(func(tx *gorm.DB) error { return outbox.Renew(tx, j, k.Clock.Now()) })
		if jobs := claim(k); len(jobs) != 0 {
			t.Fatal("a renewed job was claimed")
		}
	}
}

func TestPause_growsAndIsSpread(t *testing.T) {
	before := time.Duration(0)
	for attempt := 1; attempt < outbox.Tries; attempt++ {
		least, most := time.Duration(1<<62), time.Duration(0)
		for range 200 {
			p := outbox.Pause(attempt)
			least, most = min(least, p), max(most, p)
			if p%time.Second != 0 {
				t.Fatalf("pause %v is not in whole seconds", p)
			}
		}
		if least <= before || least == most {
			t.Fatalf("after try %d: %v to %v, before it up to %v", attempt, least, most, before)
		}
		before = most
	}
	if outbox.Pause(0) > 12*time.Second || outbox.Pause(99) < 24*time.Hour {
		t.Fatal("numbers outside the table are not taken as its ends")
	}
}

func TestFailed_stuckAfterTheLastTry(t *testing.T) {
	k := testkit.New(t)
	owe(k, "")
	for try := 1; try <= outbox.Tries; try++ {
		j := one(k)
		var state model.JobState
		k.Tx(func(tx *gorm.DB) (err error) {
			state, err = outbox.Failed(tx, j, "wechat.unavailable", k.Clock.Now())
			return err
		})
		if want := map[bool]model.JobState{false: model.JobDue, true: model.JobStuck}[try == outbox.Tries]; state != want {
			t.Fatalf("after try %d: %s, want %s", try, state, want)
		}
		if left := stored(k, j.ID); left.State != state || left.LastError != "wechat.unavailable" || left.Owner != "" {
			t.Fatalf("stored as %+v", left)
		}
		k.Move(29 * time.Hour)
	}
	if ids := due(k); len(ids) != 0 {
		t.Fatal("a stuck job is due")
	}
}

func TestAgain_givesAStuckJobAllItsTries(t *testing.T) {
	k := testkit.New(t)
	owe(k, "")
	j := one(k)
	now := k.Clock.Now()
	again := func() (err error) {
		return k.DB.Tx(k.Context(), func(tx *gorm.DB) error { _, err := outbox.Again(tx, j.ID, now); return err })
	}
	if err := again(); !errors.Is(err, outbox.ErrNotStuck) {
		t.Fatalf("a job under way, again: %v", err)
	}
	k.Tx(func(tx *gorm.DB) error { return outbox.GiveUp(tx, j, "letter.torn") })
	if err := again(); err != nil {
		t.Fatal(err)
	}
	if second := one(k); second.Attempts != 1 || second.ID != j.ID {
		t.Fatalf("again as %+v", second)
	}
	j.ID = 1 << 40
	if err := again(); fault.CodeOf(err) != "job.not_found" {
		t.Fatalf("no such job, again: %v", err)
	}
}

func TestCount_tellsKindsStatesAndTheOldest(t *testing.T) {
	k := testkit.New(t)
	owe(k, "")
	stuck := one(k)
	k.Tx(func(tx *gorm.DB) error { return outbox.GiveUp(tx, stuck, "letter.torn") })
	owe(k, "")
	k.Move(time.Minute)
	owe(k, "")
	k.Move(time.Minute)
	all, err := outbox.Count(k.DB.Read(k.Context()), k.Clock.Now())
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	if b := all[0]; b.Kind != "letter" || b.Due != 2 || b.Stuck != 1 || b.Oldest == nil || !b.Oldest.Equal(testkit.Start) {
		t.Fatalf("backlog %+v", b)
	}
}

func TestForget_dropsDoneJobsOnlyAndInParts(t *testing.T) {
	k := testkit.New(t)
	for i := range 5 {
		owe(k, "n"+strconv.Itoa(i))
	}
	jobs := claim(k)
	k.Tx(func(tx *gorm.DB) error {
		if err := outbox.Done(tx, jobs[:3], "", k.Clock.Now()); err != nil {
			return err
		}
		return outbox.GiveUp(tx, jobs[3], "letter.torn")
	})
	k.Move(time.Hour)
	for _, want := range []int64{2, 1, 0} {
		k.Tx(func(tx *gorm.DB) error {
			n, err := outbox.Forget(tx, k.Clock.Now(), 2)
			if n != want {
				t.Errorf("forgot %d, want %d", n, want)
			}
			return err
		})
	}
	if stored(k, jobs[3].ID).State != model.JobStuck || stored(k, jobs[4].ID).State != model.JobDue {
		t.Fatal("what is owed was forgotten")
	}
}
