package service

import (
	"context"
	"fmt"
	"slices"

	"danyuan/model"
)

// FileHours files a log of the actor's own service. Refusals: hours.no_home for who lives nowhere here,
// hours.unknown_kind, hours.too_short, hours.too_long, hours.future, hours.too_late, hours.overlap.
func (s *Service) FileHours(ctx context.Context, cmd Command, claim model.HoursClaim, photos []int64) (model.ListedHours, error) {
	return s.fileHours(ctx, cmd, cmd.By.PersonID, claim, photos)
}

// FileHoursFor files a log for somebody without a phone. Who filed it may not confirm it. Refusals:
// person.not_found outside the actor's scope, and those of FileHours.
func (s *Service) FileHoursFor(ctx context.Context, cmd Command, person int64, claim model.HoursClaim, photos []int64) (model.ListedHours, error) {
	return s.fileHours(ctx, cmd, person, claim, photos)
}

func (s *Service) fileHours(ctx context.Context, cmd Command, person int64, claim model.HoursClaim, photos []int64) (model.ListedHours, error) {
	claim, err := claim.Clean()
	if err != nil {
		return model.ListedHours{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedHours, error) {
		none := model.ListedHours{}
		p, err := model.LockPerson(t.DB, person)
		if err != nil {
			return none, err
		}
		home, err := t.homeOf(p)
		if err != nil {
			return none, err
		}
		if err := t.needGuardian(p); err != nil {
			return none, err
		}
		if err := t.needClaim(claim, p.ID, model.Hours{CreatedAt: t.now, Source: model.FromLog}); err != nil {
			return none, err
		}
		h := model.Hours{ID: model.NewID(t.now), PersonID: p.ID, Source: model.FromLog, NodeID: home.ID, State: model.HoursClaimed, InWay: model.BySelf, OutWay: model.BySelf, CreatedAt: t.now}
		if p.ID != t.by.PersonID {
			h.EnteredByID = t.by.PersonID
		}
		h.Claim(claim)
		if err := model.AddHours(t.DB, h); err != nil {
			return none, err
		}
		if err := t.attachHoursPhotos(h, photos); err != nil {
			return none, err
		}
		if err := t.raiseFlags([]model.Hours{h}, onFiling); err != nil {
			return none, err
		}
		if err := t.tellFiled(h, home, p.Name); err != nil {
			return none, err
		}
		if err := t.audit("hours.file", home.ID, "hours", h.ID, proxyDetail(h)); err != nil {
			return none, err
		}
		return model.ListedHoursByID(t.DB, h.ID)
	})
}

func proxyDetail(h model.Hours) string {
	if h.EnteredByID != 0 {
		return "by proxy"
	}
	return ""
}

// homeOf gives where a volunteer belongs, in or at a community; for somebody else only if the actor may
// enter hours there.
func (t *tx) homeOf(p model.Person) (model.Place, error) {
	places, err := model.PlacesOf(t.DB, p.NodeID)
	home := places[p.NodeID]
	switch {
	case err != nil:
	case p.ID != t.by.PersonID && !t.by.May(model.EnterHours, home.Path, t.now):
		err = model.ErrPersonNotFound
	case p.State != model.PersonHere || home.CommunityID == 0:
		err = model.ErrHoursNoHome
	}
	return home, err
}

// needClaim refuses a claim that can't be true, or can't be in these hours. The person is locked.
func (t *tx) needClaim(c model.HoursClaim, person int64, h model.Hours) error {
	if err := model.NeedServiceKind(t.DB, c.Kind); err != nil {
		return err
	}
	if err := c.CheckTimes(h.CreatedAt, t.now); err != nil {
		return err
	}
	if !h.Within(c) {
		return model.ErrHoursBounds
	}
	return t.needFree(person, h.ID, c.StartsAt, c.EndsAt)
}

// hoursFiles is what photos of hours are attached as.
const hoursFiles = "hours"

// attachHoursPhotos makes a log name exactly these photos: it lets go of others that it names, and names
// those of the actor's uploads that are new.
func (t *tx) attachHoursPhotos(h model.Hours, photos []int64) error {
	has, err := t.filesOf(hoursFiles, h.ID)
	if err != nil {
		return err
	}
	var gone []int64
	for _, f := range has[h.ID] {
		if i := slices.Index(photos, f.ID); i >= 0 {
			photos = slices.Delete(slices.Clone(photos), i, i+1)
		} else {
			gone = append(gone, f.ID)
		}
	}
	if len(gone) > 0 {
		if err := t.releaseFiles(hoursFiles, h.ID, gone...); err != nil {
			return err
		}
	}
	return t.attachFiles(naming{hoursFiles, h.ID, 0}, photos, model.MostHoursPhotos)
}

// tellFiled tells those whose turn it is to confirm a log; and the volunteer if somebody filed it for them.
func (t *tx) tellFiled(h model.Hours, home model.Place, name string) error {
	officers, err := model.OfficersAt(t.DB, model.PathIDs(home.Path), t.now, model.DecidingRoles()...)
	if err != nil {
		return err
	}
	_, them := model.TurnOf(officers, h.PersonID, h.EnteredByID)
	var news []told
	for _, o := range them {
		body := home.Name + "的" + model.MaskName(name) + "填报了" + minutesText(h.Minutes) + "志愿服务，请核实后确认。"
		news = append(news, told{o.PersonID, NoticeHours, "有新的服务记录待确认", body, confirmHoursPage, fmt.Sprintf("%s:%d", onceForHours(h.ID, "filed"), o.PersonID)})
	}
	if h.EnteredByID != 0 {
		body := t.by.Name + "代您填报了" + spanText(h) + "的志愿服务，确认后计入您的服务时长。如果不属实，请联系社区。"
		news = append(news, told{h.PersonID, NoticeHours, "有人代您填报了志愿服务", body, myHoursPage, onceForHours(h.ID, "entered")})
	}
	return t.notifyMany(news)
}

// ChangeHours changes what a log says while it waits; what it said before is kept. photos, if not nil, are
// all that it names from now on. It is for the volunteer and for who filed it. Refusals: hours.not_found for anybody else, hours.of_activity,
// hours.wrong_state, and those of FileHours.
func (s *Service) ChangeHours(ctx context.Context, cmd Command, id int64, claim model.HoursClaim, photos *[]int64) (model.ListedHours, error) {
	claim, err := claim.Clean()
	if err != nil {
		return model.ListedHours{}, err
	}
	return s.onOwnLog(ctx, cmd, id, func(t *tx, p model.Person, h model.Hours) error {
		if h.State != model.HoursClaimed {
			return h.WrongState()
		}
		if err := t.needGuardian(p); err != nil {
			return err
		}
		if err := t.needClaim(claim, h.PersonID, h); err != nil {
			return err
		}
		if err := model.AddHoursChange(t.DB, h.Before("change", t.by.PersonID, t.now)); err != nil {
			return err
		}
		h.Claim(claim)
		if err := model.ChangeHours(t.DB, h); err != nil {
			return err
		}
		if photos != nil {
			if err := t.attachHoursPhotos(h, *photos); err != nil {
				return err
			}
		}
		if err := t.raiseFlags([]model.Hours{h}, onFiling); err != nil {
			return err
		}
		return t.audit("hours.change", h.NodeID, "hours", h.ID, "")
	})
}

// WithdrawHours takes a log back while it waits. Refusals as for ChangeHours.
func (s *Service) WithdrawHours(ctx context.Context, cmd Command, id int64) (model.ListedHours, error) {
	return s.onOwnLog(ctx, cmd, id, func(t *tx, _ model.Person, h model.Hours) error {
		if h.State != model.HoursClaimed {
			return h.WrongState()
		}
		if err := t.releaseFiles(hoursFiles, h.ID); err != nil {
			return err
		}
		return t.voidHours(h, "撤回")
	})
}

// onOwnLog does something to a log on behalf of the volunteer, under the volunteer's lock.
func (s *Service) onOwnLog(ctx context.Context, cmd Command, id int64, do func(t *tx, p model.Person, h model.Hours) error) (model.ListedHours, error) {
	return s.onHours(ctx, cmd, id, func(t *tx, p model.Person, h model.Hours, place model.Node) error {
		filed := h.EnteredByID != 0 && h.EnteredByID == t.by.PersonID && t.by.May(model.EnterHours, place.Path, t.now)
		switch {
		case h.PersonID != t.by.PersonID && !filed:
			return model.ErrHoursNotFound
		case h.Source != model.FromLog:
			return model.ErrHoursActivity
		}
		return do(t, p, h)
	})
}

// onHours does something to hours, under the volunteer's lock; place is the organiser's.
func (s *Service) onHours(ctx context.Context, cmd Command, id int64, do func(t *tx, p model.Person, h model.Hours, place model.Node) error) (model.ListedHours, error) {
	none := model.ListedHours{}
	found, err := model.HoursByID(s.DB.Read(ctx), id)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedHours, error) {
		p, err := model.LockPerson(t.DB, found.PersonID)
		if err != nil {
			return none, err
		}
		h, err := model.LockHours(t.DB, id)
		if err != nil {
			return none, err
		}
		place, err := model.NodeByID(t.DB, h.NodeID)
		if err != nil {
			return none, err
		}
		if err := do(t, p, h, place); err != nil {
			return none, err
		}
		listed, err := model.ListedHoursByID(t.DB, id)
		return hoursSeenBy(t.by, listed, t.now), err
	})
}
