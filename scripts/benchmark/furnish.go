package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
)

// furnished is what the measured calls need on a database that the demo has filled: people of one
// community who are signed in and have more points than they can spend, rewards with more pieces than
// can be taken, a budget that does not end, activities that are under way and activities to confirm.
// Each file in dir holds what wrk's script picks from, one a line.
type furnished struct {
	*gorm.DB
	now       time.Time
	community model.Node
	staff     model.Person
	people    []model.Person
	dir       string
}

// How much of everything.
const (
	signedIn            = 30_000
	redeemers           = 5_000 // of them belong to the community
	spreadRewards       = 64
	atDoors             = 20 // activities to check in at
	toConfirm           = 120
	attendedBy          = 200 // people each
	officers            = 8
	plenty        int64 = 1_000_000_000
)

func furnish(url, keys, dir string) error {
	k, err := model.LoadKeys(keys)
	if err != nil {
		return err
	}
	db, err := model.Open(context.Background(), url, k, 2)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	f := &furnished{now: time.Now().UTC().Truncate(time.Second), dir: dir}
	for _, step := range []func() error{f.choose, f.signIn, f.officers, f.give, f.offer, f.door, f.attended} {
		if err := db.Tx(context.Background(), func(tx *gorm.DB) error { f.DB = tx; return step() }); err != nil {
			return err
		}
	}
	return nil
}

// choose takes the community of the most people, and its people first.
func (f *furnished) choose() error {
	var staff model.Appointment
	if err := f.Where("role = ?", model.CommunityStaff).Order("id DESC").Take(&staff).Error; err != nil {
		return err
	}
	if err := f.Where("id = ?", staff.PersonID).Take(&f.staff).Error; err != nil {
		return err
	}
	if err := f.Where("id = ?", staff.NodeID).Take(&f.community).Error; err != nil {
		return err
	}
	units := f.Model(&model.Node{}).Select("id").Where("kind = ? AND path LIKE ?", model.Unit, f.community.Path+"%")
	if err := f.Where("node_id IN (?)", units).Order("id").Limit(redeemers).Find(&f.people).Error; err != nil {
		return err
	}
	var others []model.Person
	bound := f.Model(&model.Binding{}).Select("active_person_id").Where("active_person_id IS NOT NULL")
	err := f.Where("household_id IS NOT NULL AND id NOT IN (?) AND id NOT IN (?)", ids(f.people), bound).Order("id").Limit(signedIn - len(f.people)).Find(&others).Error
	f.people = append(f.people, others...)
	return err
}

func ids(people []model.Person) []int64 {
	out := make([]int64, len(people))
	for i, p := range people {
		out[i] = p.ID
	}
	return out
}

// signIn gives everybody, and a member of the community's staff, a token.
func (f *furnished) signIn() error {
	var tokens []string
	all := append([]model.Person{f.staff}, f.people...)
	users := make([]model.User, len(all))
	for i, p := range all {
		users[i] = model.User{OpenID: fmt.Sprintf("demo-bench-%d", p.ID), CreatedAt: f.now, SignedInAt: f.now}
	}
	if err := f.CreateInBatches(users, model.RowsAtOnce).Error; err != nil {
		return err
	}
	sessions, bindings := make([]model.Session, len(all)), make([]model.Binding, len(all))
	for i, p := range all {
		token := tokenOf(p.ID)
		tokens = append(tokens, token)
		u := users[i].ID
		sessions[i] = model.Session{TokenHash: model.HashToken(token), UserID: u, CreatedAt: f.now, ExpiresAt: f.now.Add(model.SessionLength)}
		bindings[i] = model.Binding{UserID: u, PersonID: &p.ID, State: model.BindingActive, Way: model.ByPhone, AskedAt: f.now, ActiveUserID: &u, ActivePersonID: &p.ID}
	}
	return errors.Join(
		f.Where("active_person_id IN ?", []int64{f.staff.ID}).Delete(&model.Binding{}).Error,
		f.CreateInBatches(sessions, model.RowsAtOnce).Error, f.CreateInBatches(bindings, model.RowsAtOnce).Error,
		f.file("staff", tokens[:1]), f.file("redeemers", tokens[1:redeemers+1]), f.file("people", tokens[1:]),
	)
}

// officers are staff of the community who look at its lists and confirm: so many that no one of 64 clients is one too
// many of an account's. They take part in nothing that they confirm.
func (f *furnished) officers() error {
	tokens := []string{tokenOf(f.staff.ID)}
	for _, p := range f.people[len(f.people)-officers+1:] {
		a := model.Appointment{PersonID: p.ID, Role: model.CommunityStaff, NodeID: f.community.ID, StartsAt: f.now, AppointedByID: f.staff.ID, AppointedAt: f.now, OpenKey: model.OpenRoleKey(p.ID, model.CommunityStaff, f.community.ID)}
		if err := f.Create(&a).Error; err != nil {
			return err
		}
		tokens = append(tokens, tokenOf(p.ID))
	}
	return f.file("officers", tokens)
}

// give gives the redeemers points and the community money.
func (f *furnished) give() error {
	year, district := model.YearOf(f.now), model.PathIDs(f.community.Path)[0]
	issued, outside, fund, budget := ledger.PointsIssued(f.community.ID), ledger.MoneyOutside(district), ledger.Fund(district, year), ledger.Budget(f.community.ID, year)
	keys := []ledger.Key{issued, outside, fund, budget}
	for _, p := range f.people[:redeemers] {
		keys = append(keys, ledger.PersonPoints(p.ID))
	}
	book := ledger.NewBook()
	if err := book.Open(f.DB, f.now, keys...); err != nil {
		return err
	}
	give := func(from, to ledger.Key, n int64) error {
		return book.Transfer(model.Transfer{ID: model.NewID(f.now), Kind: "bench", Subject: "bench", At: f.now}, ledger.Leg{Key: from, Amount: -n}, ledger.Leg{Key: to, Amount: n})
	}
	if err := errors.Join(give(outside, fund, plenty*1000), give(fund, budget, plenty*1000)); err != nil {
		return err
	}
	for _, p := range f.people[:redeemers] {
		if err := give(issued, ledger.PersonPoints(p.ID), plenty); err != nil {
			return err
		}
	}
	return book.Write(f.DB)
}

// offer puts up one reward with a limit, and many without.
func (f *furnished) offer() error {
	book := ledger.NewBook()
	var made []string
	for i := range spreadRewards + 1 {
		r := model.Reward{CommunityID: f.community.ID, MadeAt: f.now, ChangedAt: f.now, RewardTerms: model.RewardTerms{
			Name: fmt.Sprintf("测速用品%02d", i), Points: 10, Cost: 100, PerPerson: 1_000_000, PerPeriod: model.YearPeriod, ValidFrom: f.now.AddDate(0, 0, -1), Place: "社区", PickUpDays: 14,
		}}
		if i > 0 {
			r.PerPeriod, r.PerPerson = model.NoPeriod, 0
		}
		if err := model.AddReward(f.DB, &r); err != nil {
			return err
		}
		keys := []ledger.Key{ledger.Supplied(r.ID), ledger.Shelf(r.ID)}
		if i == 0 { // everybody has redeemed it before: their accounts are open
			year := model.YearOf(f.now)
			for _, p := range f.people[:redeemers] {
				keys = append(keys, ledger.QuotaUsed(r.ID, year, p.ID))
			}
		}
		if err := book.Open(f.DB, f.now, keys...); err != nil {
			return err
		}
		t := model.Transfer{ID: model.NewID(f.now), Kind: "bench", Subject: "reward", SubjectID: r.ID, At: f.now}
		if err := book.Transfer(t, ledger.Leg{Key: ledger.Supplied(r.ID), Amount: -plenty}, ledger.Leg{Key: ledger.Shelf(r.ID), Amount: plenty}); err != nil {
			return err
		}
		made = append(made, fmt.Sprint(r.ID))
	}
	return errors.Join(book.Write(f.DB), f.file("hot", made[:1]), f.file("spread", made[1:]))
}

func (f *furnished) activity(from, until time.Time) (model.Activity, error) {
	a := model.Activity{
		NodeID: f.community.ID, Kind: "environment", Title: "测速活动", Place: "社区广场", StartsAt: from, EndsAt: until, Audience: model.ForEverybody,
		MadeByID: f.staff.ID, MadeAt: f.now,
	}
	return a, model.MakeActivity(f.DB, &a)
}

// door makes activities at which one can check in now.
func (f *furnished) door() error {
	var made []string
	for range atDoors {
		a, err := f.activity(f.now.Add(-time.Minute), f.now.Add(6*time.Hour))
		if err != nil {
			return err
		}
		made = append(made, fmt.Sprint(a.ID))
	}
	return f.file("doors", made)
}

// attended makes activities of past days whose people have all checked out.
func (f *furnished) attended() error {
	var made []string
	for n := range toConfirm {
		from := model.BeijingMidnight(f.now).AddDate(0, 0, -n-1).Add(9 * time.Hour)
		until := from.Add(2 * time.Hour)
		a, err := f.activity(from, until)
		if err != nil {
			return err
		}
		hours := make([]model.Hours, attendedBy)
		seats := make([]model.SignUp, attendedBy)
		for i := range hours {
			p := f.people[i+redeemers].ID
			hours[i] = model.Hours{
				PersonID: p, Source: model.FromActivity, ActivityID: &a.ID, NodeID: a.NodeID, Kind: a.Kind, Content: a.Title, Place: a.Place, StartsAt: from, EndsAt: &until,
				FromAt: &from, UntilAt: &until, Minutes: 120, State: model.HoursClaimed, InWay: model.ByCode, OutWay: model.ByCode, CreatedAt: from,
			}
			seats[i] = model.SignUp{ActivityID: a.ID, PersonID: p, State: model.Seated, Way: model.SignedAtDoor, Turn: int64(i + 1), SignedAt: from, SeatedAt: &from}
		}
		if err := errors.Join(f.CreateInBatches(hours, model.RowsAtOnce).Error, f.CreateInBatches(seats, model.RowsAtOnce).Error); err != nil {
			return err
		}
		made = append(made, fmt.Sprint(a.ID))
	}
	return f.file("attended", made)
}

func (f *furnished) file(name string, lines []string) error {
	out, err := os.Create(filepath.Join(f.dir, name)) //nolint:gosec // scripts/bench names the folder
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
	return errors.Join(w.Flush(), out.Close())
}
