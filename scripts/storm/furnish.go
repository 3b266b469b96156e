package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"danyuan/demo"
	"danyuan/model"
	"danyuan/service/ledger"
)

// world is who acts and on what, made before the storm: people of one unit who are signed in and have
// points, a reward that does not run out, an activity under way.
type world struct {
	people    []int64
	tokens    []string
	reward    int64
	activity  model.Activity
	unit      model.Node
	community int64
	now       time.Time
	kinds     []kind       // what people do, in turn
	ahead     atomic.Int64 // ns by which the server's clock was set
	run       string       // in keys: two runs on one database are apart
	chief     string       // openid of the unit chief, who is told of each log
}

// What everybody has plenty of, and what a redemption takes.
const (
	plenty int64 = 1_000_000_000
	price  int64 = 10
)

func openID(i int) string { return fmt.Sprintf("storm-%d", i) }

// furnish makes a world in a database that the demo has filled.
func furnish(ctx context.Context, db *model.DB, people int) (*world, error) {
	w := &world{kinds: kinds, chief: demo.OpenID("chief"), run: strconv.FormatInt(time.Now().Unix(), 36)}
	now := time.Now().UTC().Truncate(time.Second)
	w.now = now
	err := db.Tx(ctx, func(tx *gorm.DB) error {
		return errors.Join(w.settle(tx, now, people), w.signIn(tx, now), w.give(tx, now), w.gather(tx, now))
	})
	return w, err
}

// settle makes people live in the unit that has a chief.
func (w *world) settle(tx *gorm.DB, now time.Time, people int) error {
	var chief model.Appointment
	var community model.Node
	err := errors.Join(
		tx.Where("code = ?", demo.Community).Take(&community).Error,
		tx.Where("role = ?", model.UnitChief).Order("id").Take(&chief).Error,
		tx.Where("id = ?", chief.NodeID).Take(&w.unit).Error,
	)
	if err != nil {
		return err
	}
	rows := make([]model.Person, people)
	for i := range rows {
		rows[i] = model.Person{
			NodeID: w.unit.ID, Name: fmt.Sprintf("风%d", i), Membership: model.NoMember, State: model.PersonHere, CreatedAt: now, UpdatedAt: now,
		}
	}
	if err := tx.CreateInBatches(rows, model.RowsAtOnce).Error; err != nil {
		return err
	}
	w.community = community.ID
	// Where rows are written many at once their ids are not told.
	return tx.Model(&model.Person{}).Where("node_id = ? AND name LIKE ?", w.unit.ID, "风%").Order("id").Pluck("id", &w.people).Error
}

// signIn gives each a session, and lets the chief accept a message for each log that may be filed.
func (w *world) signIn(tx *gorm.DB, now time.Time) error {
	users := make([]model.User, len(w.people))
	for i := range users {
		users[i] = model.User{OpenID: openID(i), CreatedAt: now, SignedInAt: now}
	}
	if err := tx.CreateInBatches(users, model.RowsAtOnce).Error; err != nil {
		return err
	}
	ids := map[string]int64{}
	var made []model.User
	if err := tx.Select("id", "open_id").Find(&made).Error; err != nil {
		return err
	}
	for _, u := range made {
		ids[u.OpenID] = u.ID
	}
	sessions, bindings := make([]model.Session, len(users)), make([]model.Binding, len(users))
	for i, p := range w.people {
		u, token := ids[openID(i)], fmt.Sprintf("storm-token-%d", i)
		w.tokens = append(w.tokens, token)
		sessions[i] = model.Session{TokenHash: model.HashToken(token), UserID: u, CreatedAt: now, ExpiresAt: now.Add(model.SessionLength)}
		bindings[i] = model.Binding{UserID: u, PersonID: &p, State: model.BindingActive, Way: model.ByPhone, AskedAt: now, ActiveUserID: &u, ActivePersonID: &p}
	}
	accepts := make([]model.Accept, acceptsEach*len(w.people))
	for i := range accepts {
		accepts[i] = model.Accept{UserID: ids[w.chief], Template: template, GivenAt: now}
	}
	return errors.Join(
		tx.CreateInBatches(sessions, model.RowsAtOnce).Error, tx.CreateInBatches(bindings, model.RowsAtOnce).Error,
		tx.CreateInBatches(accepts, model.RowsAtOnce).Error,
	)
}

// give gives everybody points, the community money, and puts up the reward.
func (w *world) give(tx *gorm.DB, now time.Time) error {
	reward := model.Reward{CommunityID: w.community, MadeAt: now, ChangedAt: now, RewardTerms: model.RewardTerms{
		Name: "风雨中的大米", Points: price, Cost: 100, PerPeriod: model.NoPeriod, ValidFrom: now.AddDate(0, 0, -1), Place: "社区", PickUpDays: 14,
	}}
	var community model.Node
	if err := errors.Join(model.AddReward(tx, &reward), tx.Where("id = ?", w.community).Take(&community).Error); err != nil {
		return err
	}
	w.reward = reward.ID
	year, district := model.YearOf(now), model.PathIDs(community.Path)[0]
	moves := [][2]ledger.Key{
		{ledger.MoneyOutside(district), ledger.Fund(district, year)}, {ledger.Fund(district, year), ledger.Budget(community.ID, year)},
		{ledger.Supplied(reward.ID), ledger.Shelf(reward.ID)},
	}
	for _, p := range w.people {
		moves = append(moves, [2]ledger.Key{ledger.PointsIssued(community.ID), ledger.PersonPoints(p)})
	}
	book := ledger.NewBook()
	var keys []ledger.Key
	for _, m := range moves {
		keys = append(keys, m[0], m[1])
	}
	if err := book.Open(tx, now, keys...); err != nil {
		return err
	}
	for _, m := range moves {
		t := model.Transfer{ID: model.NewID(now), Kind: "storm", Subject: "storm", At: now}
		if err := book.Transfer(t, ledger.Leg{Key: m[0], Amount: -plenty}, ledger.Leg{Key: m[1], Amount: plenty}); err != nil {
			return err
		}
	}
	return book.Write(tx)
}

// gather makes the activity at which people check in.
func (w *world) gather(tx *gorm.DB, now time.Time) error {
	w.activity = model.Activity{
		NodeID: w.community, Kind: "environment", Title: "风雨中的活动", Place: "社区广场", StartsAt: now.Add(-3 * time.Hour), EndsAt: now.Add(12 * time.Hour),
		Audience: model.ForEverybody, MadeAt: now, MadeByID: w.people[0],
	}
	return model.MakeActivity(tx, &w.activity)
}
