package service_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/service/ledger"
	"danyuan/testkit"
)

var (
	source = ledger.PointsIssued(1)
	purse  = ledger.PersonPoints(1)
	other  = ledger.PersonPoints(2)
)

var errRefused = fault.New(fault.Conflict, "test.refused", "这一次不行。")

// platform is a lane whose first transaction is kept open, so that those who come meanwhile share the next.
type platform struct {
	*testkit.Kit
	t    *testing.T
	open chan struct{}
	all  sync.WaitGroup
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{Kit: testkit.New(t), t: t, open: make(chan struct{})}
	inside := make(chan struct{})
	p.all.Go(func() {
		_, err := p.S.Ride(p.Context(), "lane", service.Command{}, nil, func(service.Ride) (string, error) {
			close(inside)
			<-p.open
			return "", nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	within(t, "the first transaction", inside)
	return p
}

// ride puts a command into the lane, behind those that are there.
func (p *platform) ride(cmd service.Command, do func(service.Ride) (string, error), then func(string, error)) {
	p.t.Helper()
	before := p.S.Waiting("lane")
	p.all.Go(func() {
		then(p.S.Ride(p.Context(), "lane", cmd, nil, do))
	})
	for p.S.Waiting("lane") == before {
		select {
		case <-p.t.Context().Done():
			return
		default:
		}
	}
}

func (p *platform) depart() { close(p.open); p.all.Wait() }

func (p *platform) holds(key ledger.Key, want int64) {
	p.t.Helper()
	if got, err := model.BalanceOf(p.DB.Read(p.t.Context()), string(key)); err != nil || got != want {
		p.t.Errorf("%s holds %d (%v), want %d", key, got, err, want)
	}
	p.t.Helper()
	err := p.DB.Snapshot(p.t.Context(), func(tx *gorm.DB) error {
		_, err := ledger.Verify(tx, func(d ledger.Difference) { p.t.Errorf("%s: %s", d.Where, d.What) })
		return err
	})
	if err != nil {
		p.t.Error(err)
	}
}

func (p *platform) wins(want string) func(string, error) {
	return func(got string, err error) {
		if err != nil || got != want {
			p.t.Errorf("answer %q, %v; want %q", got, err, want)
		}
	}
}

func (p *platform) fails(code string) func(string, error) {
	return func(got string, err error) {
		if err == nil || fault.CodeOf(err) != code {
			p.t.Errorf("answer %q, %v; want %s", got, err, code)
		}
	}
}

func pay(n int64) func(service.Ride) (string, error) {
	return func(r service.Ride) (string, error) {
		return "paid", errors.Join(r.Audit("pay"), r.Pay(source, purse, n))
	}
}

func (p *platform) audits(action string) (n int64) {
	p.t.Helper()
	if err := p.DB.Read(p.t.Context()).Model(&model.Audit{}).Where("action = ?", action).Count(&n).Error; err != nil {
		p.t.Error(err)
	}
	return n
}

func TestLane_thoseWhoWaitShareOneTransaction(t *testing.T) {
	p := newPlatform(t)
	transactions := make([]any, 5)
	for i := range transactions {
		p.ride(service.Command{}, func(r service.Ride) (string, error) {
			transactions[i] = r.Transaction()
			return "paid", r.Pay(source, purse, 10)
		}, p.wins("paid"))
	}
	p.depart()
	for _, other := range transactions[1:] {
		if other != transactions[0] {
			t.Fatal("they did not share a transaction")
		}
	}
	p.holds(purse, 50)
}

func TestLane_whoFailsLeavesNothingAndTakesNobodyAlong(t *testing.T) {
	for name, broken := range map[string]func(r service.Ride) (string, error){
		"a refusal": func(service.Ride) (string, error) { return "", errRefused },
		"after a transfer": func(r service.Ride) (string, error) {
			return "", errors.Join(r.Pay(source, purse, 7), r.Audit("lost"), errRefused)
		},
		"after writing": func(r service.Ride) (string, error) {
			return "", errors.Join(r.Write("lost"), r.Audit("lost"), errRefused)
		},
		"after writing and transfer": func(r service.Ride) (string, error) {
			return "", errors.Join(r.Write("lost"), r.Pay(source, purse, 7), errRefused)
		},
		"after transfer and writing": func(r service.Ride) (string, error) {
			if err := r.Pay(source, purse, 7); err != nil {
				return "", err
			}
			return "", errors.Join(r.Write("lost"), errRefused)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.ride(service.Command{}, pay(10), p.wins("paid"))
			p.ride(service.Command{}, broken, p.fails("test.refused"))
			p.ride(service.Command{}, func(r service.Ride) (string, error) { return "written", r.Write("kept") }, p.wins("written"))
			p.ride(service.Command{}, pay(20), p.wins("paid"))
			p.depart()
			p.holds(purse, 30)
			if n := p.audits("lost"); n > 0 {
				t.Errorf("%d entries of the failed command are in the log", n)
			}
			if n := p.audits("pay"); n != 2 {
				t.Errorf("%d entries of the others, want 2", n)
			}
			var names []string
			if err := p.DB.Read(t.Context()).Model(&model.Sequence{}).Where("name IN ?", []string{"lost", "kept"}).Pluck("name", &names).Error; err != nil || len(names) != 1 || names[0] != "kept" {
				t.Errorf("rows %v, %v", names, err)
			}
		})
	}
}

// TestLane_accountOpenedByWhoFailed has a command open an account behind a savepoint and fail; the next
// one uses that account.
func TestLane_accountOpenedByWhoFailed(t *testing.T) {
	p := newPlatform(t)
	p.ride(service.Command{}, func(r service.Ride) (string, error) {
		return "", errors.Join(r.Write("lost"), r.Pay(source, purse, 7), errRefused)
	}, p.fails("test.refused"))
	p.ride(service.Command{}, pay(20), p.wins("paid"))
	p.depart()
	p.holds(purse, 20)
}

func TestLane_panicIsItsOwn(t *testing.T) {
	p := newPlatform(t)
	p.ride(service.Command{}, pay(10), p.wins("paid"))
	p.ride(service.Command{}, func(service.Ride) (string, error) { panic("boom") }, func(_ string, err error) {
		if err == nil || !strings.HasPrefix(err.Error(), "panic: boom\n") || !strings.Contains(err.Error(), "TestLane_panicIsItsOwn") {
			t.Errorf("whoever panics is told %v", err)
		}
	})
	p.ride(service.Command{}, pay(20), p.wins("paid"))
	p.depart()
	p.holds(purse, 30)
}

// TestLane_seesWhatThoseBeforeItDid reads past the draft what an earlier command in the same transaction
// has decided, and goes on after it.
func TestLane_seesWhatThoseBeforeItDid(t *testing.T) {
	p := newPlatform(t)
	p.ride(service.Command{}, pay(10), p.wins("paid"))
	p.ride(service.Command{}, func(r service.Ride) (string, error) {
		stored, err := r.Stored(purse)
		if err != nil || stored != 10 {
			return "", fmt.Errorf("stored %d, %w", stored, err)
		}
		return "seen", r.Pay(purse, other, stored)
	}, p.wins("seen"))
	p.ride(service.Command{}, func(r service.Ride) (string, error) {
		if err := r.Pay(source, other, 1); err != nil {
			return "", err
		}
		stored, err := r.Stored(other) // after a transfer of its own: alone
		return fmt.Sprint(stored), err
	}, p.wins("11"))
	p.depart()
	p.holds(purse, 0)
	p.holds(other, 11)
}

func TestLane_sameCommandTwiceHappensOnce(t *testing.T) {
	p := newPlatform(t)
	cmd := service.Command{By: model.Actor{UserID: 4}, Key: "key-1", Print: "print"}
	p.ride(cmd, pay(10), p.wins("paid"))
	p.ride(cmd, pay(10), func(_ string, err error) {
		var again *service.Replayed
		if !errors.As(err, &again) || string(again.Answer) != "paid" {
			t.Errorf("the second is told %v", err)
		}
	})
	reused := cmd
	reused.Print = "another"
	p.ride(reused, pay(10), p.fails("idempotency.key_reused"))
	p.depart()
	p.holds(purse, 10)
}

// TestLane_whatCannotBeWrittenIsItsOwn has a command whose answer can't be kept.
func TestLane_whatCannotBeWrittenIsItsOwn(t *testing.T) {
	p := newPlatform(t)
	unkept := errors.New("no answer")
	cmd := service.Command{By: model.Actor{UserID: 4}, Key: "key-1", Print: "print", Render: func(any) ([]byte, error) { return nil, unkept }}
	p.ride(service.Command{}, pay(10), p.wins("paid"))
	p.ride(cmd, pay(5), func(_ string, err error) {
		if !errors.Is(err, unkept) {
			t.Errorf("told %v", err)
		}
	})
	p.depart()
	p.holds(purse, 10)
}

// TestLane_nothingIsWrittenAfterADeadlock: MariaDB ends the transaction at a deadlock, and what is
// written after it stays by itself. Whichever write it is, each command has happened once in the end.
func TestLane_nothingIsWrittenAfterADeadlock(t *testing.T) {
	for _, table := range []string{"accounts", "transfers", "entries", "audits"} {
		t.Run(table, func(t *testing.T) {
			p := newPlatform(t)
			set, struck := false, false
			strike := func(tx *gorm.DB) {
				if tx.Statement.Table != table || struck {
					return
				}
				struck = true
				_, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, "ROLLBACK")
				_ = tx.AddError(errors.Join(&mysql.MySQLError{Number: 1213, Message: "Deadlock found when trying to get lock"}, err))
			}
			for range 2 {
				p.ride(service.Command{}, func(r service.Ride) (string, error) {
					if !set {
						set = true
						if err := r.Handle().Callback().Create().Before("gorm:create").Register("test:deadlock", strike); err != nil {
							return "", err
						}
					}
					return pay(10)(r)
				}, p.wins("paid"))
			}
			p.depart()
			if n := p.audits("pay"); !struck || n != 2 {
				t.Errorf("struck %v, %d entries in the audit log", struck, n)
			}
			p.holds(purse, 20)
		})
	}
}

// impatient has somebody ride who can give up, and returns when so many wait, they among them. told is closed when
// they have been told that they gave up.
func (p *platform) impatient(waiting int) (giveUp func(), told <-chan struct{}) {
	p.Helper()
	ctx, giveUp := context.WithCancel(p.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := p.S.Ride(ctx, "lane", service.Command{}, nil, pay(10)); !errors.Is(err, context.Canceled) {
			p.Errorf("told %v", err)
		}
	}()
	for p.S.Waiting("lane") < waiting {
		time.Sleep(time.Millisecond) //nolint:forbidigo // it can only be looked at
	}
	return giveUp, done
}

func TestLane_whoGivesUpWaitingDoesNothing(t *testing.T) {
	p := newPlatform(t)
	giveUp, told := p.impatient(1)
	giveUp()
	within(t, "giving up", told)
	p.ride(service.Command{}, pay(20), p.wins("paid"))
	p.depart()
	p.holds(purse, 20)
}

// TestLane_whoIsInATransactionThatHangsIsTold: it is too late to leave, and what becomes of it is not known.
func TestLane_whoIsInATransactionThatHangsIsTold(t *testing.T) {
	p := newPlatform(t)
	inside, hanging := make(chan struct{}), make(chan struct{})
	p.ride(service.Command{}, func(service.Ride) (string, error) {
		close(inside)
		<-hanging
		return "late", nil
	}, p.wins("late"))
	giveUp, told := p.impatient(2)
	close(p.open)
	within(t, "the transaction that hangs", inside)
	giveUp()
	within(t, "giving up", told)
	close(hanging)
	p.all.Wait()
}

// TestLane_raceOnOnePurse lets 64 take from one purse that holds enough for ten, a hundred rounds.
func TestLane_raceOnOnePurse(t *testing.T) {
	p := newPlatform(t)
	p.depart()
	for round := range 100 {
		if _, err := p.S.Ride(t.Context(), "lane", service.Command{}, nil, pay(10)); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		won := 0
		p.Race(64, func(i int) {
			_, err := p.S.Ride(t.Context(), "lane", service.Command{}, []ledger.Key{purse, other}, func(r service.Ride) (string, error) {
				return "", r.Pay(purse, other, 1)
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, ledger.ErrShort) {
				t.Errorf("round %d, %d: %v", round, i, err)
			}
		})
		if won != 10 {
			t.Fatalf("round %d: %d have taken from ten", round, won)
		}
	}
	p.holds(purse, 0)
	p.holds(other, 1000)
}
