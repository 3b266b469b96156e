package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/demo"
	"danyuan/model"
)

// What the measured chiefs have on their desks, whatever lies elsewhere.
const (
	measuredChiefs = 16
	onTheDesk      = 10
	saidBefore     = 500 // words that reports repeat
	readOnes       = 500
)

// furnishMatters adds so many matters to a district that the demo has filled, and writes down who makes the
// calls that scripts/bench measures.
func furnishMatters(url, keys string, matters int, dir string) error {
	k, err := model.LoadKeys(keys)
	if err != nil {
		return err
	}
	db, err := model.Open(context.Background(), url, k, 2)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	began := time.Now()
	if err := demo.FillMatters(context.Background(), db, matters, began, func(int, int) {}); err != nil {
		return err
	}
	fmt.Printf("%d matters filled in %.1f s\n", matters, time.Since(began).Seconds())
	f := &furnished{now: time.Now().UTC().Truncate(time.Second), dir: dir}
	for _, step := range []func() error{f.choose, f.signIn, f.officers, f.desks, f.said, f.history} {
		if err := db.Tx(context.Background(), func(tx *gorm.DB) error { f.DB = tx; return step() }); err != nil {
			return err
		}
	}
	return link(db)
}

// link links the log as it would be by the time at which so much has happened.
func link(db *model.DB) error {
	for {
		n := 0
		err := db.Tx(context.Background(), func(tx *gorm.DB) error {
			late, err := model.UnlinkedAudits(tx, 10_000)
			if err == nil {
				n, err = model.LinkAudits(tx, time.Now().UTC(), late)
			}
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

func tokenOf(person int64) string { return fmt.Sprintf("bench-token-of-person-%d", person) }

// desks puts the same number of matters on the desks of some unit chiefs of the community.
func (f *furnished) desks() error {
	limit, err := model.MatterLimitOf(f.DB, "hygiene", model.ChiefStep)
	if err != nil {
		return err
	}
	all, err := model.HoldersUnder(f.DB, f.community.Path, f.now, model.GivenTo...)
	if err != nil {
		return err
	}
	var tokens []string
	signed := ids(f.people)
	for _, o := range all {
		offices := 0
		for _, other := range all {
			if other.PersonID == o.PersonID {
				offices++
			}
		}
		if o.Role != model.UnitChief || offices > 1 || len(tokens) == measuredChiefs || !slices.Contains(signed, o.PersonID) {
			continue
		}
		if err := f.desk(o, limit); err != nil {
			return err
		}
		tokens = append(tokens, tokenOf(o.PersonID))
	}
	return f.file("chiefs", tokens)
}

func (f *furnished) desk(o model.Officer, limit model.MatterLimit) error {
	places, err := model.PlacesOf(f.DB, o.NodeID)
	if err != nil {
		return err
	}
	unit, put := places[o.NodeID], 0
	for _, p := range f.people {
		if p.NodeID != o.NodeID || p.ID == o.PersonID || put == onTheDesk {
			continue
		}
		put++
		m := model.Matter{
			ID: model.NewID(f.now), ReporterID: p.ID, Category: "hygiene", Words: "门口的垃圾没有人清运,请看一下", Anonymity: model.Named,
			NodeID: unit.ID, GridID: unit.GridID, CommunityID: unit.CommunityID, CheckState: model.FilePassed,
		}
		rule := model.RuleOf(model.MoveReport)
		e := m.Next(rule, f.now)
		e.ByPersonID, e.ByRole, e.Step, e.Words = p.ID, model.AsReporter, model.ChiefStep, m.Words
		e.Allow(m, rule, limit)
		if err := model.AddReportedMatters(f.DB, m.Report(e)); err != nil {
			return err
		}
	}
	return nil
}

// said writes down the words that reports say, matters to read, and the calls.
func (f *furnished) said() error {
	var words, some []string
	err := f.Model(&model.Matter{}).Where("category = ?", "repair").Order("id").Limit(saidBefore).Pluck("words", &words).Error
	if err != nil {
		return err
	}
	var all []int64
	if err := f.Model(&model.Matter{}).Where("community_id = ? AND state = ?", f.community.ID, model.MatterClosed).Order("id DESC").Limit(readOnes).Pluck("id", &all).Error; err != nil {
		return err
	}
	for _, id := range all {
		some = append(some, fmt.Sprint(id))
	}
	for _, c := range matterCalls(f.community.ID) {
		err = errors.Join(err, c.write(f.dir))
	}
	return errors.Join(err, f.file("words", words), f.file("matters", some))
}
