package model_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// past is a community with hours, notices and audit entries, some of them in one unit that has been quiet for long.
type past struct {
	*ledger
	volunteer int64
	rows      int
}

func newPast(t *testing.T) *past {
	k := testkit.New(t)
	p := &past{ledger: &ledger{Kit: k, o: k.Org()}}
	p.volunteer = k.Person(p.o.Unit, "李小梅").ID
	p.add(300)
	return p
}

// add puts more rows behind those that there are: one in three in Unit, the others far from it. What was there
// first is undecided or unread in part, what lies behind it is not.
func (p *past) add(n int) {
	p.Helper()
	nodes := []int64{p.o.Unit.ID, p.o.FarUnit.ID, p.o.ForeignUnit.ID}
	states := model.HoursStates()
	var read *time.Time
	if p.rows > 0 {
		states, read = []model.HoursState{model.HoursConfirmed, model.HoursRefused, model.HoursVoid}, &testkit.Start
	}
	p.Tx(func(tx *gorm.DB) error {
		var hours []model.Hours
		var audits []model.Audit
		var notices []model.Notice
		for i := range n {
			at := testkit.Start.Add(-time.Duration(p.rows+i) * time.Hour)
			hours = append(hours, model.Hours{
				ID: model.FirstID(at), PersonID: p.volunteer, Source: model.FromLog, NodeID: nodes[i%3], Kind: "patrol", Content: "巡查", Place: "小区",
				StartsAt: at, EndsAt: &at, State: states[i/3%len(states)], InWay: model.BySelf, OutWay: model.BySelf, CreatedAt: at,
			})
			audits = append(audits, model.Audit{ID: int64(1_000_000 - p.rows - i), At: at, Action: "hours.confirm", NodeID: nodes[i%3], Subject: "hours", SubjectID: 1})
			notices = append(notices, model.Notice{ID: model.FirstID(at), PersonID: p.volunteer, Kind: "hours", Title: "服务时长已确认", CreatedAt: at, ReadAt: read})
		}
		p.rows += n
		confirmed := slices.DeleteFunc(slices.Clone(hours), func(h model.Hours) bool { return h.State != model.HoursConfirmed })
		return errors.Join(model.AddAll(tx, hours), model.CountServices(tx, confirmed), model.AddAudits(tx, audits), model.AddAll(tx, notices))
	})
}

// pages reads a whole list page by page.
func pages(p *past, page func(tx *gorm.DB, s model.Slice) ([]int64, error)) (all []int64) {
	p.Helper()
	s := model.Slice{Limit: 7}
	for {
		ids, err := page(p.DB.Read(p.Context()), s)
		if err != nil {
			p.Fatal(err)
		}
		all = append(all, ids[:min(len(ids), s.Limit)]...)
		if len(ids) <= s.Limit {
			return all
		}
		s.After = ids[s.Limit-1]
	}
}

func (p *past) hours(path string, state model.HoursState) func(tx *gorm.DB, s model.Slice) ([]int64, error) {
	return func(tx *gorm.DB, s model.Slice) (ids []int64, err error) {
		rows, err := model.HoursUnder(tx, path, state, s)
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		return ids, err
	}
}

func (p *past) audits(path string) func(tx *gorm.DB, s model.Slice) ([]int64, error) {
	return func(tx *gorm.DB, s model.Slice) (ids []int64, err error) {
		rows, err := model.AuditIn(tx, path, model.Actor{}, time.Time{}, s)
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		return ids, err
	}
}

// TestLists_ofASubtreeLeaveNothingOut reads them page by page and compares them with all that there is.
func TestLists_ofASubtreeLeaveNothingOut(t *testing.T) {
	p := newPast(t)
	for _, node := range []model.Node{p.o.Unit, p.o.Community, p.o.District, p.o.NextDoor} {
		var want, wanted, logged []int64
		h := p.DB.Read(p.Context())
		under := func(table string) *gorm.DB {
			return h.Table(table).Joins("JOIN nodes ON nodes.id = "+table+".node_id").Where("nodes.path LIKE ?", node.Path+"%").Order(table + ".id DESC")
		}
		for _, err := range []error{
			under("hours").Pluck("hours.id", &want).Error, under("hours").Where("hours.state = ?", model.HoursVoid).Pluck("hours.id", &wanted).Error,
			under("audits").Pluck("audits.id", &logged).Error,
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for name, lists := range map[string][2][]int64{
			"hours":      {pages(p, p.hours(node.Path, "")), want},
			"void hours": {pages(p, p.hours(node.Path, model.HoursVoid)), wanted},
			"audits":     {pages(p, p.audits(node.Path)), logged},
		} {
			if !slices.Equal(lists[0], lists[1]) {
				t.Errorf("%s of %s: %d listed, %d there", name, node.Name, len(lists[0]), len(lists[1]))
			}
		}
	}
}

func (p *past) own(tx *gorm.DB, s model.Slice) (ids []int64, err error) {
	rows, err := model.HoursOf(tx, p.volunteer, "", s)
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, err
}

func (p *past) record(tx *gorm.DB, s model.Slice) (ids []int64, err error) {
	rows, err := model.RecordOf(tx, p.volunteer, s)
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// sums are what is shown of a person above their lists.
func (p *past) sums(tx *gorm.DB, _ model.Slice) ([]int64, error) {
	hours, err := model.TotalHours(tx, p.volunteer)
	record, wrong := model.TotalsOf(tx, p.volunteer)
	unread, unreadable := model.CountUnread(tx, p.volunteer)
	return []int64{hours.Records, record.Services, unread}, errors.Join(err, wrong, unreadable)
}

func (p *past) unread(tx *gorm.DB, s model.Slice) (ids []int64, err error) {
	rows, err := model.NoticesOf(tx, p.volunteer, true, s)
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// TestLists_readNoHistory asks the engine how it finds the newest of what many nodes, or one person, have: it may not
// gather and sort all of it. How much was read MariaDB counts; it must not be more when there is ten times as much.
func TestLists_readNoHistory(t *testing.T) {
	p := newPast(t)
	lists := []planned{}
	for name, page := range map[string]func(tx *gorm.DB, s model.Slice) ([]int64, error){
		"hours": p.hours(p.o.Community.Path, ""), "confirmed hours": p.hours(p.o.Community.Path, model.HoursConfirmed), "audits": p.audits(p.o.Community.Path),
		"a person's hours": p.own, "a person's record": p.record, "a person's sums": p.sums, "a person's unread notices": p.unread,
	} {
		lists = append(lists, planned{name: name, reads: func(tx *gorm.DB) (int, error) {
			ids, err := page(tx, model.Slice{Limit: 7})
			return len(ids), err
		}})
	}
	young := map[string]int64{}
	for _, when := range []string{"young", "old"} {
		p.counted()
		for _, list := range lists {
			for _, wrong := range p.gathered(list) {
				t.Errorf("%s, %s: %s", when, list.name, wrong)
			}
			if !p.mysql() {
				continue
			}
			n := p.reads(list)
			if when == "young" {
				young[list.name] = n
			}
			t.Logf("%s, %s: %d reads", when, list.name, n)
			if n > young[list.name]*3/2+10 {
				t.Errorf("%s, %s: %d reads, in the young one %d", when, list.name, n, young[list.name])
			}
		}
		p.add(3000)
	}
}

func TestCountUnread_goesToAHundred(t *testing.T) {
	p := newPast(t) // 300 unread
	h := p.DB.Read(p.Context())
	for most, want := range map[int]int64{300: model.MostUnread, 101: model.MostUnread, 99: 99, 0: 0} {
		p.Tx(func(tx *gorm.DB) error {
			var keep []int64
			err := tx.Model(&model.Notice{}).Order("id").Limit(most).Pluck("id", &keep).Error
			return errors.Join(err,
				tx.Model(&model.Notice{}).Where("id IN ?", keep).Update("read_at", nil).Error,
				tx.Model(&model.Notice{}).Where("id NOT IN ?", append(keep, 0)).Update("read_at", testkit.Start).Error)
		})
		if n, err := model.CountUnread(h, p.volunteer); err != nil || n != want {
			t.Errorf("of %d unread %d are counted, want %d: %v", most, n, want, err)
		}
	}
}

// counted has MariaDB count its tables now: by itself it does so a moment after a tenth of one has changed.
func (p *past) counted() {
	p.Helper()
	if p.mysql() {
		p.Tx(func(tx *gorm.DB) error { return tx.Exec("ANALYZE TABLE hours, audits, nodes, notices").Error })
	}
}

// gathered tells where SQLite would go through a table or sort it.
func (p *past) gathered(list planned) (wrong []string) {
	p.Helper()
	said := &statements{}
	n, err := list.reads(p.DB.Read(p.Context()).Session(&gorm.Session{Logger: said}))
	if err != nil || n == 0 {
		p.Fatalf("%s: %d found, %v", list.name, n, err)
	}
	if p.DB.Dialect() != "sqlite" {
		return nil
	}
	for _, text := range said.texts {
		var plan []struct{ Detail string }
		if err := p.DB.Read(p.Context()).Raw("EXPLAIN QUERY PLAN " + text).Scan(&plan).Error; err != nil {
			p.Fatal(err)
		}
		for _, step := range plan {
			if strings.Contains(step.Detail, "ORDER BY") || strings.HasPrefix(step.Detail, "SCAN hours") || strings.HasPrefix(step.Detail, "SCAN audits") {
				wrong = append(wrong, fmt.Sprint(step.Detail, ": ", text))
			}
		}
	}
	return wrong
}
