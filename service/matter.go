package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// NoticeMatter is the kind of notice about matters.
const NoticeMatter = "matter"

// pageDesk is where officers find what waits for them.
const pageDesk = "staff/desk/index"

func matterPage(id int64) string { return fmt.Sprintf("pages/matter/index?id=%d", id) }

// MatterSeenAs is in what capacity somebody sees a matter.
type MatterSeenAs string

// The capacities.
const (
	SeenByReporter MatterSeenAs = "reporter"
	SeenByOfficer  MatterSeenAs = "officer"
	SeenByJoiner   MatterSeenAs = "joiner"
)

// MatterRecord is one matter as the actor may see it: with its events, answers and photos, for officers
// with their notes. MayDo are the moves that the actor can make now.
type MatterRecord struct {
	model.ListedMatter
	As      MatterSeenAs
	Events  []model.ListedMatterEvent
	Answers []model.MatterAnswer
	Photos  map[int64][]model.File // by event; those of the report belong to event 1
	SeesAll bool                   // also photos that have not passed
	Notes   []model.ListedMatterNote
	MayDo   []model.MatterMove
}

// Matter gives one matter to its reporter, to the officers on its path, and, as far as it was offered to
// them, to those who have joined it. For anybody else there is none.
func (s *Service) Matter(ctx context.Context, by model.Actor, id int64) (MatterRecord, error) {
	h, now := s.DB.Read(ctx), s.now()
	m, err := model.ListedMatterByID(h, id)
	if err != nil {
		return MatterRecord{}, err
	}
	as, err := seenAs(h, by, m, now)
	if err != nil {
		return MatterRecord{}, err
	}
	return readMatter(h, by, m, as, now)
}

func readMatter(h *gorm.DB, by model.Actor, m model.ListedMatter, as MatterSeenAs, now time.Time) (MatterRecord, error) {
	r := MatterRecord{ListedMatter: m, As: as, SeesAll: as != SeenByJoiner}
	var err error
	if r.Events, err = model.ListedMatterEventsOf(h, m.ID); err != nil {
		return r, err
	}
	if r.Answers, err = model.MatterAnswersOf(h, m.ID); err != nil {
		return r, err
	}
	if r.Photos, err = matterPhotos(h, m.ID, r.Events, now); err != nil {
		return r, err
	}
	if as == SeenByOfficer {
		if r.Notes, err = model.MatterNotesOf(h, m.ID); err != nil {
			return r, err
		}
	}
	r.MayDo = movesOf(by, r, now)
	if as == SeenByJoiner {
		r.forJoiner()
	}
	return r, nil
}

// movesOf gives the moves that an actor can make now.
func movesOf(by model.Actor, r MatterRecord, now time.Time) (moves []model.MatterMove) {
	for _, rule := range model.MatterRules {
		if rule.By != model.SystemMoves && rule.Fits(r.Matter) == nil && rule.FitsStep(r.Matter) == nil && mayMove(by, r.ListedMatter, r.Events, rule, now) == nil {
			moves = append(moves, rule.Move)
		}
	}
	return moves
}

// seenAs gives in what capacity an actor sees a matter, or that there is none for them.
func seenAs(h *gorm.DB, by model.Actor, m model.ListedMatter, now time.Time) (MatterSeenAs, error) {
	switch {
	case by.PersonID == 0:
	case m.ReporterID == by.PersonID:
		return SeenByReporter, nil
	case by.WorksOn(m.Matter, m.NodePath, now) >= 0:
		return SeenByOfficer, nil
	case m.Anonymity != model.HiddenFromChief:
		joined, err := model.HasJoined(h, m.ID, by.PersonID)
		if err != nil || joined {
			return SeenByJoiner, err
		}
	}
	return "", model.ErrMatterNotFound
}

// toldToJoiners are the events that answer a matter; what passes between the reporter and the officers is
// not for others.
var toldToJoiners = []model.MatterMove{model.MoveAccept, model.MoveResolve, model.MovePassUp, model.MoveRaise, model.MoveReopen, model.MoveSatisfy, model.MoveLapse, model.MoveWithdraw}

// forJoiner leaves of a record what a neighbour may know who has joined it.
func (r *MatterRecord) forJoiner() {
	*r = MatterRecord{ListedMatter: r.ListedMatter, As: r.As, Events: r.Events, Photos: r.Photos}
	r.ListedMatter = asNeighbour(r.ListedMatter)
	r.Events = slices.DeleteFunc(r.Events, func(e model.ListedMatterEvent) bool { return !slices.Contains(toldToJoiners, e.Move) })
	shown := map[int64][]model.File{1: r.Photos[1]}
	for i, e := range r.Events {
		if model.RuleOf(e.Move).By == model.ReporterMoves {
			r.Events[i].Words, r.Events[i].ByName, r.Events[i].ForName, r.Events[i].ByPersonID, r.Events[i].ForPersonID = "", "", "", 0, 0
			continue
		}
		shown[e.Seq] = r.Photos[e.Seq]
	}
	r.Photos = shown
}

// asNeighbour leaves of a matter what a neighbour may know.
func asNeighbour(m model.ListedMatter) model.ListedMatter {
	name := ""
	if m.Anonymity == model.Named {
		name = model.MaskName(m.ReporterName)
	}
	m.ReporterName, m.EnteredBy, m.HandlerName, m.ReporterID, m.ReporterUser, m.EnteredByID, m.HandlerID, m.UserID = name, "", "", 0, 0, 0, 0, 0
	if m.CheckState != model.FilePassed {
		m.Words, m.Place = "", ""
	}
	return m
}

// matterFiles is what the photos of a matter's event are attached as.
func matterFiles(seq int64) string {
	if seq == 1 {
		return model.MatterFiles
	}
	return fmt.Sprintf("%s.%d", model.MatterFiles, seq)
}

// withPhotos are the moves that photos can be added to.
var withPhotos = []model.MatterMove{model.MoveReport, model.MoveResolve, model.MovePassUp, model.MoveReturn, model.MoveAsk, model.MoveAnswer, model.MoveReopen, model.MoveSatisfy}

// matterPhotos gives the photos of a matter's events, in one reading however many there are.
func matterPhotos(h *gorm.DB, id int64, events []model.ListedMatterEvent, now time.Time) (map[int64][]model.File, error) {
	var subjects []string
	for _, e := range events {
		if slices.Contains(withPhotos, e.Move) {
			subjects = append(subjects, matterFiles(e.Seq))
		}
	}
	under, err := model.FilesUnder(h, now, id, subjects...)
	photos := map[int64][]model.File{}
	for _, e := range events {
		if of := under[matterFiles(e.Seq)]; of != nil {
			photos[e.Seq] = of
		}
	}
	return photos, err
}

// onMatter does something to a matter that the actor sees, under its lock, and gives it as it is then.
func (s *Service) onMatter(ctx context.Context, cmd Command, id int64, do func(t *tx, m *model.ListedMatter, as MatterSeenAs) error) (MatterRecord, error) {
	r, err := inTx(ctx, s, cmd, func(t *tx) (MatterRecord, error) {
		var none MatterRecord
		if _, err := model.LockMatter(t.DB, id); err != nil {
			return none, err
		}
		m, err := model.ListedMatterByID(t.DB, id)
		if err != nil {
			return none, err
		}
		as, err := seenAs(t.DB, t.by, m, t.now)
		if err != nil {
			return none, err
		}
		if err := do(t, &m, as); err != nil {
			return none, err
		}
		if m, err = model.ListedMatterByID(t.DB, id); err != nil {
			return none, err
		}
		return readMatter(t.DB, t.by, m, as, t.now)
	})
	return r, s.matterAgain(ctx, cmd, id, err)
}
