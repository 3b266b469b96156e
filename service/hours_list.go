package service

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// MyHours lists the actor's own hours, the newest first; "" is every state.
func (s *Service) MyHours(ctx context.Context, by model.Actor, state model.HoursState, slice model.Slice) ([]model.ListedHours, error) {
	return model.HoursOf(s.DB.Read(ctx), by.PersonID, state, slice)
}

// HoursAt lists the hours of organisers at a node and below, the newest first; "" is every state.
func (s *Service) HoursAt(ctx context.Context, by model.Actor, node int64, state model.HoursState, slice model.Slice) ([]WaitingHours, error) {
	n, err := s.nodeFor(ctx, by, node, model.ConfirmHours, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	rows, err := model.HoursUnder(h, n.Path, state, slice)
	if err != nil {
		return nil, err
	}
	return inTurn(h, by, rows, s.now())
}

// hoursSeenBy, correctionSeenBy and flagSeenBy leave the whole name to the volunteer and to those who look after them, as
// lists of sign-ups do.
func hoursSeenBy(by model.Actor, h model.ListedHours, now time.Time) model.ListedHours {
	h.Name = nameSeenBy(by, h.PersonID, h.Name, h.HomePath, now)
	return h
}

func correctionSeenBy(by model.Actor, c model.ListedCorrection, now time.Time) model.ListedCorrection {
	c.Name = nameSeenBy(by, c.PersonID, c.Name, c.HomePath, now)
	return c
}

func flagSeenBy(by model.Actor, f model.ListedFlag, now time.Time) model.ListedFlag {
	f.Name = nameSeenBy(by, f.PersonID, f.Name, f.HomePath, now)
	return f
}

func nameSeenBy(by model.Actor, person int64, name, home string, now time.Time) string {
	if person == by.PersonID || by.May(model.ListPeople, home, now) {
		return name
	}
	return model.MaskName(name)
}

// WaitingHours are hours that may be a log that waits; YourTurn tells that the actor may decide about it now.
type WaitingHours struct {
	model.ListedHours
	YourTurn bool
}

// HoursToConfirm lists the logs that wait in the actor's scopes, the longest waiting first.
func (s *Service) HoursToConfirm(ctx context.Context, by model.Actor, slice model.Slice) ([]WaitingHours, error) {
	now, h := s.now(), s.DB.Read(ctx)
	logs, err := model.LogsWaiting(h, by.Scopes(model.ConfirmHours, now), by.PersonID, slice)
	if err != nil {
		return nil, err
	}
	return inTurn(h, by, logs, now)
}

// inTurn tells of hours whether it is the actor's turn to decide about them, as needDecider judges. Who decides is
// read for those alone about which anybody does.
func inTurn(h *gorm.DB, by model.Actor, rows []model.ListedHours, now time.Time) ([]WaitingHours, error) {
	decides := func(r model.ListedHours) bool {
		return r.State == model.HoursClaimed && r.Source == model.FromLog && r.PersonID != by.PersonID && r.EnteredByID != by.PersonID
	}
	var nodes []int64
	for _, r := range rows {
		if decides(r) {
			nodes = append(nodes, model.PathIDs(r.NodePath)...)
		}
	}
	var officers []model.Officer
	if len(nodes) > 0 {
		var err error
		if officers, err = model.OfficersAt(h, slices.Compact(slices.Sorted(slices.Values(nodes))), now, model.DecidingRoles()...); err != nil {
			return nil, err
		}
	}
	out := make([]WaitingHours, len(rows))
	for i, r := range rows {
		out[i].ListedHours = hoursSeenBy(by, r, now)
		if decides(r) {
			above := model.PathIDs(r.NodePath)
			here := slices.DeleteFunc(slices.Clone(officers), func(o model.Officer) bool { return !slices.Contains(above, o.NodeID) })
			turn, _ := model.TurnOf(here, r.PersonID, r.EnteredByID)
			out[i].YourTurn = turn >= by.LevelOf(r.NodePath, now) || !r.CreatedAt.Add(model.TurnPassesUp).After(now)
		}
	}
	return out, nil
}

// HoursRecord is one record with its photos and its history. SeesAll tells that the viewer may see photos
// that have not passed: they are their own, or theirs to review. What they may do with it is said as well: change or
// withdraw it, ask for its correction, take such a request back.
type HoursRecord struct {
	model.ListedHours
	Photos                          []model.File
	SeesAll                         bool
	Changes                         []model.HoursChange
	Corrections                     []model.ListedCorrection
	MayChange, MayCorrect, MayUnask bool
}

// HoursRecord gives one record to the volunteer, to who decides about it, and to who may enter hours
// there. For anybody else there is none.
func (s *Service) HoursRecord(ctx context.Context, by model.Actor, id int64) (HoursRecord, error) {
	h := s.DB.Read(ctx)
	var r HoursRecord
	var err error
	if r.ListedHours, err = model.ListedHoursByID(h, id); err != nil {
		return r, err
	}
	if now := s.now(); r.PersonID != by.PersonID && !by.May(model.ConfirmHours, r.NodePath, now) && !by.May(model.EnterHours, r.NodePath, now) {
		return HoursRecord{}, model.ErrHoursNotFound
	}
	r.ListedHours = hoursSeenBy(by, r.ListedHours, s.now())
	photos, err := s.filesOf(ctx, hoursFiles, id)
	if err != nil {
		return r, err
	}
	r.Photos = photos[id]
	r.SeesAll = slices.ContainsFunc(r.Photos, func(f model.File) bool { return f.UploaderID == by.PersonID }) || by.May(model.ReviewPhotos, r.NodePath, s.now())
	if r.Changes, err = model.HoursChangesOf(h, id); err != nil {
		return r, err
	}
	r.Corrections, err = model.CorrectionsOf(h, id)
	r.allow(by, s.now())
	for i, c := range r.Corrections {
		r.Corrections[i] = correctionSeenBy(by, c, s.now())
	}
	return r, err
}

// allow says what somebody may do with a record that they see.
func (r *HoursRecord) allow(by model.Actor, now time.Time) {
	own := r.PersonID == by.PersonID
	filed := r.EnteredByID != 0 && r.EnteredByID == by.PersonID && by.May(model.EnterHours, r.NodePath, now)
	r.MayChange = r.State == model.HoursClaimed && r.Source == model.FromLog && (own || filed)
	asked := slices.IndexFunc(r.Corrections, func(c model.ListedCorrection) bool { return c.State == model.CorrectionAsked })
	if speaks := own || by.May(model.EnterHours, r.HomePath, now); speaks {
		r.MayCorrect = r.State == model.HoursConfirmed && asked < 0
		r.MayUnask = asked >= 0 && (own || r.Corrections[asked].AskedByID == by.PersonID)
	}
}
