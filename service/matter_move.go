package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// MatterDo is what comes with a move. Seen is the number of the last event that the actor has seen: a
// move decided on something older is refused, and so happens once.
type MatterDo struct {
	Seen   int64
	Words  string
	Photos []int64
	To     int64 // whom it is given to
}

// MoveMatter makes one of the moves of model.MatterRules that people make. Refusals: matter.not_found for
// who may not know of it; matter.moved_meanwhile, saying who has done what, to nobody who has only joined it;
// matter.wrong_state; matter.own, matter.not_at_your_step, matter.not_your_report,
// matter.reporter_has_account for who speaks for somebody who can do so themselves; matter.top_step,
// matter.bottom_step, matter.hidden_from_chief, matter.not_at_chief, matter.not_in_grid; text.empty where words
// are due.
func (s *Service) MoveMatter(ctx context.Context, cmd Command, id int64, move model.MatterMove, do MatterDo) (MatterRecord, error) {
	rule := model.RuleOf(move)
	clean := model.CleanText
	if rule.Words {
		clean = model.NeedText
	}
	var err error
	if do.Words, err = clean("body.words", do.Words, model.MaxMatterWords, true); err != nil {
		return MatterRecord{}, err
	}
	return s.onMatter(ctx, cmd, id, func(t *tx, m *model.ListedMatter, as MatterSeenAs) error {
		if as == SeenByJoiner {
			return notForJoiners(rule)
		}
		events, err := model.ListedMatterEventsOf(t.DB, id)
		if err != nil {
			return err
		}
		if do.Seen != m.Moves {
			return movedMeanwhile(*m, events)
		}
		if err := mayMove(t.by, *m, events, rule, t.now); err != nil {
			return err
		}
		if err := rule.Fits(m.Matter); err != nil {
			return err
		}
		return t.moveMatter(m, rule, do)
	})
}

// notForJoiners refuses who has joined a matter a move of it, in words that tell nothing of who works on it.
func notForJoiners(rule model.MatterRule) error {
	if rule.By == model.ReporterMoves {
		return model.ErrMatterNotMine
	}
	return model.ErrMatterNotUp
}

// movedMeanwhile tells who has done what to a matter last.
func movedMeanwhile(m model.ListedMatter, events []model.ListedMatterEvent) error {
	if len(events) == 0 {
		return model.ErrMatterStale
	}
	last := events[len(events)-1]
	who := "系统"
	switch role := model.Role(last.ByRole).Title(); {
	case role != "":
		who = role + last.ByName
	case last.ByRole == model.AsReporter:
		who = "上报人"
	case last.ByRole == model.AsProxy:
		who = last.ByName + "（代上报人）"
	}
	return model.ErrMatterStale.Saying(fmt.Sprintf("%s在%s已经“%s”，现在是“%s”。请刷新看过以后再办理。", who, last.At.In(model.Beijing).Format("1月2日15:04"), last.Move.Title(), m.State.Title()))
}

// mayMove refuses who does not make this move of this matter, whatever its state.
func mayMove(by model.Actor, m model.ListedMatter, events []model.ListedMatterEvent, rule model.MatterRule, now time.Time) error {
	own := m.ReporterID == by.PersonID
	switch rule.By {
	case model.ReporterMoves:
		switch {
		case own:
			return nil
		case rule.Move == model.MoveReport || !forReporter(by, m, events, rule, now):
			return model.ErrMatterNotMine
		case m.ReporterUser != 0:
			return model.ErrMatterBound
		}
		return nil
	case model.HandlerMoves:
		switch {
		case own:
			return model.ErrMatterOwn
		case !m.HandledBy(by, m.NodePath, now):
			return notAtYourStep(m)
		}
		return nil
	case model.AboveMoves:
		switch {
		case own:
			return model.ErrMatterOwn
		case by.WorksOn(m.Matter, m.NodePath, now) <= m.Step.Level():
			return notAtYourStep(m)
		}
		return nil
	case model.SystemMoves:
	}
	return model.ErrMatterState
}

func notAtYourStep(m model.ListedMatter) error {
	at := m.Step.Title()
	if m.HandlerName != "" {
		at = m.HandlerName
	}
	return model.ErrMatterNotUp.Saying("这件事现在由" + at + "办理，您可以查看，不能办理。需要时请联系对方，或者请上一级改派。")
}

// moveMatter makes a move that the actor may make.
func (t *tx) moveMatter(m *model.ListedMatter, rule model.MatterRule, do MatterDo) error {
	e := t.eventOf(m.Matter, rule)
	e.Words = do.Words
	if err := t.lead(m, rule, do, &e); err != nil {
		return err
	}
	before := m.Matter
	if err := model.MoveMatter(t.DB, &m.Matter, e); err != nil {
		return err
	}
	if len(do.Photos) > 0 && slices.Contains(withPhotos, rule.Move) {
		if err := t.attachFiles(naming{matterFiles(m.Moves), m.ID, auditedAt(m.Matter)}, do.Photos, model.MostMatterPhotos); err != nil {
			return err
		}
	}
	e.Seq = m.Moves
	if rule.Move == model.MoveAnswer {
		if err := t.oweLookingAgain(m.Matter); err != nil {
			return err
		}
	}
	if err := t.tellMoved(m.Matter, model.Node{ID: m.NodeID, Name: m.NodeName, Path: m.NodePath}, e, &before); err != nil {
		return err
	}
	return t.auditMatter("matter."+string(rule.Move), m.Matter, "")
}

// eventOf begins the event of a move by the actor.
func (t *tx) eventOf(m model.Matter, rule model.MatterRule) model.MatterEvent {
	e := m.Next(rule, t.now)
	e.ByPersonID, e.ByRole = t.by.PersonID, model.AsSystem
	switch {
	case rule.By == model.ReporterMoves && m.ReporterID == t.by.PersonID:
		e.ByRole = model.AsReporter
	case rule.By == model.ReporterMoves:
		e.ByRole, e.ForPersonID = model.AsProxy, m.ReporterID
	}
	return e
}

// lead finds where a move leads, and what time it gives.
func (t *tx) lead(m *model.ListedMatter, rule model.MatterRule, do MatterDo, e *model.MatterEvent) (err error) {
	if rule.By == model.HandlerMoves || rule.By == model.AboveMoves {
		e.ByRole = string(t.roleOver(m.Matter, m.NodePath, rule))
	}
	if err := rule.FitsStep(m.Matter); err != nil {
		return err
	}
	level, top := m.Step.Level(), len(model.Steps)-1
	switch rule.Move {
	case model.MovePassUp, model.MoveRaise:
		e.Step, err = t.stepFrom(m.Matter, m.NodePath, level+1)
	case model.MoveReopen:
		e.Step, err = t.stepFrom(m.Matter, m.NodePath, min(level+1, top))
	case model.MoveTakeBack:
		e.HandlerID = 0
		e.Step, err = t.stepFrom(m.Matter, m.NodePath, level)
	case model.MoveReturn:
		e.Step, err = t.stepBelow(m.Matter, m.NodePath, level)
	case model.MoveReassign:
		e.HandlerID, err = t.giveTo(m, do.To)
	default:
	}
	if err != nil {
		return err
	}
	if e.Step != m.Step {
		e.HandlerID = 0
	}
	limit, err := model.MatterLimitOf(t.DB, m.Category, e.Step)
	if err == nil {
		e.Allow(m.Matter, rule, limit)
	}
	return err
}

// roleOver gives the role in which the actor moves a matter.
func (t *tx) roleOver(m model.Matter, path string, rule model.MatterRule) model.Role {
	roles := model.GivenTo
	if rule.By == model.AboveMoves {
		roles = model.Steps[t.by.WorksOn(m, path, t.now)].Roles
	} else if m.HandlerID == 0 {
		roles = model.Steps[m.Step.Level()].Roles
	}
	for _, g := range t.by.Grants {
		if g.Active(t.now) && slices.Contains(roles, g.Role) && (m.HandlerID != 0 || model.Under(path, g.Path)) {
			return g.Role
		}
	}
	return model.UnitChief
}

// stepBelow gives the next step below a level where somebody works who may know of the matter.
func (t *tx) stepBelow(m model.Matter, path string, level int) (model.Step, error) {
	able, err := t.officersFor(m, path)
	if err != nil {
		return "", err
	}
	least := model.ChiefStep.Level()
	if m.Anonymity == model.HiddenFromChief {
		least++
	}
	for level--; level >= least; level-- {
		if slices.ContainsFunc(able, func(o model.Officer) bool { return slices.Contains(model.Steps[level].Roles, o.Role) }) {
			return model.Steps[level].Step, nil
		}
	}
	if m.Anonymity == model.HiddenFromChief {
		return "", model.ErrMatterHidden
	}
	return "", model.ErrMatterBottom
}

// giveTo gives who is to work on a matter from now on, or why they can't. Their office may be ended meanwhile: with their
// row locked, what ends it comes before, and is seen, or after, and finds the matter. What ends by its date, or has ended
// since this command began, owes the taking back here.
func (t *tx) giveTo(m *model.ListedMatter, to int64) (int64, error) {
	switch _, err := model.LockPerson(t.DB, to); {
	case errors.Is(err, model.ErrPersonNotFound):
		return 0, model.ErrMatterWhom
	case err != nil:
		return 0, err
	}
	if err := t.needGivenTo(m.Matter, to); err != nil {
		return 0, err
	}
	roles, err := model.RunningRolesOf(t.DB, to, t.now)
	for _, a := range roles {
		err = errors.Join(err, t.oweTakingBack(a))
	}
	return to, err
}

// needGivenTo refuses somebody whom a matter can't be given to.
func (t *tx) needGivenTo(m model.Matter, to int64) error {
	able, err := mayBeGivenTo(t.DB, m, t.now)
	if err == nil && !slices.ContainsFunc(able, func(o model.Officer) bool { return o.PersonID == to }) {
		err = model.ErrMatterWhom
	}
	return err
}

// mayBeGivenTo gives whom a matter can be given to: who holds an office in its grid, save its reporter.
func mayBeGivenTo(h *gorm.DB, m model.Matter, now time.Time) ([]model.Officer, error) {
	grid, err := model.NodeByID(h, m.GridID)
	if err != nil {
		return nil, err
	}
	holders, err := model.HoldersUnder(h, grid.Path, now, model.GivenTo...)
	return slices.DeleteFunc(holders, func(o model.Officer) bool { return o.PersonID == m.ReporterID }), err
}

// MatterHandler is somebody to whom a matter can be given, with the place of the office.
type MatterHandler struct {
	model.Officer
	NodeName string
}

// MatterHandlers gives to whom a matter can be given now, each once. Refusals: matter.not_found;
// matter.own, matter.not_at_your_step for whom it is not to give it.
func (s *Service) MatterHandlers(ctx context.Context, by model.Actor, id int64) ([]MatterHandler, error) {
	r, err := s.Matter(ctx, by, id)
	if err != nil {
		return nil, err
	}
	h, now := s.DB.Read(ctx), s.now()
	if err := mayMove(by, r.ListedMatter, r.Events, model.RuleOf(model.MoveReassign), now); err != nil {
		return nil, err
	}
	able, err := mayBeGivenTo(h, r.Matter, now)
	if err != nil {
		return nil, err
	}
	nodes := make([]int64, len(able))
	for i, o := range able {
		nodes[i] = o.NodeID
	}
	places, err := model.PlacesOf(h, nodes...)
	var out []MatterHandler
	for _, o := range able {
		if !slices.ContainsFunc(out, func(x MatterHandler) bool { return x.PersonID == o.PersonID }) {
			out = append(out, MatterHandler{o, places[o.NodeID].Name})
		}
	}
	return out, err
}
