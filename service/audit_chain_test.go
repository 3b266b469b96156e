package service_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

var errUndone = errors.New("undone")

// audited is a house whose audit log has entries, linked in several goes.
func audited(t *testing.T, entries int) *testkit.Kit {
	t.Helper()
	k := testkit.New(t)
	node := k.Org().Unit.ID
	for i := range entries {
		k.Tx(func(tx *gorm.DB) error {
			return model.AddAudits(tx, []model.Audit{{At: k.Clock.Now(), UserID: 3, PersonID: int64(i), Action: "person.read", NodeID: node, Subject: "person", SubjectID: 7, Detail: "phone"}})
		})
		k.Clock.Move(time.Minute)
		if i%2 == 1 {
			link(k)
		}
	}
	return k
}

func link(k *testkit.Kit) {
	k.Helper()
	if err := k.S.LinkAudits(k.Context()); err != nil {
		k.Fatal(err)
	}
}

// auditFaults gives what verifying finds.
func auditFaults(k *testkit.Kit, noted string) (model.AuditChain, []string) {
	k.Helper()
	var wrong []string
	c, err := k.S.VerifyAudits(k.Context(), noted, func(d service.Difference) { wrong = append(wrong, d.Where+": "+d.What) })
	if err != nil {
		k.Fatal(err)
	}
	return c, wrong
}

func TestAudits_databaseItselfKeepsThem(t *testing.T) {
	k := audited(t, 2)
	for _, statement := range []string{
		"UPDATE audits SET action = 'x'", "DELETE FROM audits", "UPDATE audit_links SET hash = 'x'", "DELETE FROM audit_links",
	} {
		err := k.DB.Tx(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error })
		if err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, wrong := auditFaults(k, ""); len(wrong) > 0 {
		t.Fatal(wrong)
	}
}

func TestAudits_linkedOnceEachAlsoWhenTwoReplicasDo(t *testing.T) {
	k := audited(t, 40)
	gate := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		s := k.Replica()
		all.Go(func() {
			<-gate
			if err := s.LinkAudits(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	entryNow(k, "late")
	close(gate)
	all.Wait()
	link(k)
	c, wrong := auditFaults(k, "")
	var entries int64
	if err := k.DB.Read(t.Context()).Model(&model.Audit{}).Count(&entries).Error; err != nil {
		t.Fatal(err)
	}
	if len(wrong) > 0 || c.Linked != entries || c.Waiting != 0 {
		t.Fatalf("%+v of %d entries, %v", c, entries, wrong)
	}
}

func entryNow(k *testkit.Kit, action string) {
	k.Helper()
	k.Tx(func(tx *gorm.DB) error {
		return model.AddAudits(tx, []model.Audit{{At: k.Clock.Now(), Action: action, Subject: "x"}})
	})
}

// TestAudits_lateEntryIsLinked: ids are not in commit order, and one that comes late is not forgotten.
func TestAudits_lateEntryIsLinked(t *testing.T) {
	k := audited(t, 2)
	k.Tx(func(tx *gorm.DB) error {
		if err := tx.Create(&model.Audit{ID: 900, At: k.Clock.Now(), Action: "first"}).Error; err != nil {
			return err
		}
		ids, err := model.UnlinkedAudits(tx, 10)
		if err != nil {
			return err
		}
		_, err = model.LinkAudits(tx, k.Clock.Now(), ids)
		return err
	})
	k.Tx(func(tx *gorm.DB) error {
		return tx.Create(&model.Audit{ID: 800, At: k.Clock.Now(), Action: "late"}).Error
	})
	if c, _ := auditFaults(k, ""); c.Waiting != 1 {
		t.Fatalf("%+v", c)
	}
	link(k)
	if c, wrong := auditFaults(k, ""); c.Waiting != 0 || len(wrong) > 0 {
		t.Fatalf("%+v %v", c, wrong)
	}
}

// TestAudits_manyLateEntriesAreLinked: one import enters more than a hundred thousand, whose ids may all lie before one that
// was linked while they were written.
func TestAudits_manyLateEntriesAreLinked(t *testing.T) {
	k := audited(t, 2)
	enter := func(id int64) {
		k.Tx(func(tx *gorm.DB) error {
			return tx.Create(&model.Audit{ID: id, At: k.Clock.Now(), Action: "person.add"}).Error
		})
	}
	for _, day := range []int64{1_000_000, 2_000_000} {
		k.Clock.Move(2 * time.Hour)
		enter(day)
		link(k)
		enter(day + 500_000)
		k.Clock.Move(30 * time.Second)
		link(k)
		enter(day + 1000)
		enter(day + 499_000)
		if c, wrong := auditFaults(k, ""); c.Waiting != 2 || len(wrong) > 0 {
			t.Fatalf("%+v %v", c, wrong)
		}
		k.Clock.Move(30 * time.Hour) // nobody was there to link them
		link(k)
		if c, wrong := auditFaults(k, ""); c.Waiting != 0 || len(wrong) > 0 {
			t.Fatalf("%+v %v", c, wrong)
		}
	}
	k.Clock.Move(2 * time.Hour)
	enter(3_000_000)
	link(k)
	enter(1_000_001)
	if c, wrong := auditFaults(k, ""); c.Waiting != 0 || len(wrong) != 1 {
		t.Fatalf("what was put in before others long after: %+v %v", c, wrong)
	}
}

// TestVerifyAudits_findsAnyChangedValue changes every column of every row in turn, past the triggers, and
// takes every row away.
func TestVerifyAudits_findsAnyChangedValue(t *testing.T) {
	k := audited(t, 6)
	noted, wrong := auditFaults(k, "")
	if len(wrong) > 0 || noted.Linked < 6 {
		t.Fatal(noted, wrong)
	}
	k.WithoutTriggers("audits", "audit_links")
	changes := map[string]map[string]string{
		"audits": {
			"id": "id + 1000", "at": "'2020-02-02 02:02:02'", "user_id": "user_id + 1", "person_id": "person_id + 1", "action": "'x'",
			"node_id": "node_id + 1", "subject": "'x'", "subject_id": "subject_id + 1", "detail": "'x'",
		},
		"audit_links": {"seq": "seq + 1000", "audit_id": "audit_id + 1000", "linked_at": "'2020-02-02 02:02:02'", "hash": "'x'"},
	}
	for table, columns := range changes {
		all, err := k.DB.Read(t.Context()).Migrator().ColumnTypes(table)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if columns[c.Name()] == "" {
				t.Errorf("%s.%s is not tried", table, c.Name())
			}
		}
		order := map[string]string{"audits": "id", "audit_links": "seq"}[table]
		var keys []int64
		if err := k.DB.Read(t.Context()).Table(table).Order(order).Pluck(order, &keys).Error; err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			for column, to := range columns {
				found(k, noted.Head, fmt.Sprintf("%s.%s of %d", table, column, key), func(tx *gorm.DB) error {
					return tx.Table(table).Where(order+" = ?", key).UpdateColumn(column, gorm.Expr(to)).Error
				})
			}
			found(k, noted.Head, fmt.Sprintf("%s without %d", table, key), func(tx *gorm.DB) error {
				return tx.Exec("DELETE FROM "+table+" WHERE "+order+" = ?", key).Error
			})
		}
	}
	found(k, noted.Head, "the newest entry and its link", func(tx *gorm.DB) error {
		var last model.AuditLink
		return errors.Join(tx.Order("seq DESC").Take(&last).Error, tx.Exec("DELETE FROM audit_links WHERE seq = ?", last.Seq).Error,
			tx.Exec("DELETE FROM audits WHERE id = ?", last.AuditID).Error)
	})
}

// found makes a change in a transaction, sees that verifying finds it, and rolls it back.
func found(k *testkit.Kit, noted, what string, change func(tx *gorm.DB) error) {
	k.Helper()
	err := k.DB.Tx(k.Context(), func(tx *gorm.DB) error {
		back, err := testkit.WithoutForeignKeys(tx)
		if err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		differences := 0
		_, err = model.AuditsAstray(tx, noted, func(model.Astray) { differences++ })
		if differences == 0 {
			k.Errorf("a changed %s was not found", what)
		}
		return errors.Join(err, back(), errUndone)
	})
	if !errors.Is(err, errUndone) || strings.Contains(err.Error(), "\n") {
		k.Fatal(what, err)
	}
}

// TestVerifyAudits_knowsAHeadThatWasNotedDown, and misses one that is not of this chain.
func TestVerifyAudits_knowsAHeadThatWasNotedDown(t *testing.T) {
	k := audited(t, 4)
	noted, _ := auditFaults(k, "")
	entryNow(k, "later")
	link(k)
	if c, wrong := auditFaults(k, noted.Head); len(wrong) > 0 || c.Head == noted.Head {
		t.Fatal(c, wrong)
	}
	if _, wrong := auditFaults(k, "somebody-else's"); !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, "somebody-else's") }) {
		t.Fatal(wrong)
	}
}
