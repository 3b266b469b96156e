package service

import (
	"errors"
	"slices"

	"danyuan/model"
	"danyuan/service/ledger"
)

// confirmHours confirms claimed records, all of them or none: points by the rule dated at their start,
// caps of each Beijing day, transfers, flags, notices; in few statements whatever their number. Words
// of the organiser about the service go into each record. Refusals: hours.own, hours.entered_by_you for
// a log, hours.wrong_state. The caller has locked the persons.
func (t *tx) confirmHours(list []model.Hours, evaluation string) error {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	for i := range list {
		h := &list[i]
		switch {
		case h.PersonID == t.by.PersonID:
			return model.ErrHoursOwn
		case h.Source == model.FromLog && h.EnteredByID != 0 && h.EnteredByID == t.by.PersonID:
			return model.ErrHoursEntered
		case !h.State.MayBecome(model.HoursConfirmed):
			return h.WrongState()
		}
		h.DecidedByID, h.DecidedAt, h.Evaluation = t.by.PersonID, &t.now, evaluation
	}
	days, err := t.settle(list)
	if err != nil {
		return err
	}
	if err := model.MarkConfirmed(t.DB, list); err != nil {
		return err
	}
	if err := model.AddHoursDays(t.DB, days); err != nil {
		return err
	}
	if err := model.CountServices(t.DB, list); err != nil {
		return err
	}
	if err := t.raiseFlags(list, onConfirming); err != nil {
		return err
	}
	return t.tellConfirmed(list)
}

// settle gives what hours earn to those who served: it fills in points and transfers, and gives the days
// to be stored. The rule is the one that ran at their start, in the organiser's district.
func (t *tx) settle(list []model.Hours) ([]model.HoursDay, error) {
	nodes := make([]int64, len(list))
	for i, h := range list {
		nodes[i] = h.NodeID
	}
	places, err := model.PlacesOf(t.DB, nodes...)
	if err != nil {
		return nil, err
	}
	var districts []int64
	for _, p := range places {
		districts = append(districts, p.DistrictID)
	}
	rules, err := model.Rules(t.DB, districts...)
	if err != nil {
		return nil, err
	}
	days, of := daysOf(list)
	keys := make([]model.DayKey, len(days))
	for i, d := range days {
		keys[i] = model.DayKey{PersonID: d.PersonID, Day: d.Day}
	}
	used, err := model.DaysUsed(t.DB, keys)
	if err != nil {
		return nil, err
	}
	for i := range days {
		h := &list[of[i]]
		rules.At(places[h.NodeID].DistrictID, h.Kind, h.StartsAt).Earn(&days[i], used[keys[i]])
		h.Points += days[i].Points
	}
	return days, t.give(list, places)
}

// daysOf cuts hours into their days, and says of which of the list each day is. Earlier service comes
// first, so that what a day earns does not depend on the order of the list.
func daysOf(list []model.Hours) (days []model.HoursDay, of []int) {
	inOrder := make([]int, len(list))
	for i := range inOrder {
		inOrder[i] = i
		list[i].Points, list[i].TransferID = 0, nil
	}
	slices.SortStableFunc(inOrder, func(a, b int) int { return list[a].StartsAt.Compare(list[b].StartsAt) })
	for _, i := range inOrder {
		for _, d := range list[i].Days() {
			days, of = append(days, d), append(of, i)
		}
	}
	return days, of
}

// The kinds of transfer that hours make.
const (
	transferEarned   = "hours.earned"
	transferReversed = "hours.reversed"
)

// give transfers the points of hours to those who earned them.
func (t *tx) give(list []model.Hours, places map[int64]model.Place) error {
	var keys []ledger.Key
	for _, h := range list {
		if h.Points > 0 {
			keys = append(keys, ledger.PersonPoints(h.PersonID), ledger.PointsIssued(places[h.NodeID].Issuer()))
		}
	}
	if len(keys) == 0 {
		return nil
	}
	if err := t.open(keys...); err != nil {
		return err
	}
	for i := range list {
		h := &list[i]
		if h.Points == 0 {
			continue
		}
		id, err := t.transfer(transferEarned, "hours", h.ID,
			ledger.Leg{Key: ledger.PointsIssued(places[h.NodeID].Issuer()), Amount: -h.Points},
			ledger.Leg{Key: ledger.PersonPoints(h.PersonID), Amount: h.Points})
		if err != nil {
			return err
		}
		h.TransferID = &id
	}
	return nil
}

// takeBack takes back what confirmed hours gave, and frees their days and what they count for. What has
// expired of it has gone already. With a successor, that one's points are given first, so that only the
// difference must be there: hours.points_spent otherwise.
func (t *tx) takeBack(h model.Hours, successor *model.Hours) error {
	if err := model.ClearHoursDays(t.DB, h.ID); err != nil {
		return err
	}
	met, err := t.openWithExpiries(h)
	if err != nil {
		return err
	}
	left := int64(0)
	if successor == nil {
		err = model.UncountServices(t.DB, []model.Hours{h})
	} else {
		err = t.settleAnew(h, successor)
		left = successor.Points
	}
	if err != nil {
		return err
	}
	if h.TransferID == nil {
		return nil
	}
	if err := t.giveBackExpired(met, h, left); err != nil {
		return err
	}
	_, err = t.reverse(*h.TransferID, transferReversed, "hours", h.ID)
	if errors.Is(err, ledger.ErrShort) {
		err = model.ErrHoursSpent.Because(err)
	}
	if err != nil {
		return err
	}
	return t.expireReturned(met, h.PersonID, left-h.Points)
}

// settleAnew gives what corrected hours earn, and counts them in the place of what they were.
func (t *tx) settleAnew(was model.Hours, h *model.Hours) error {
	list := []model.Hours{*h}
	days, err := t.settle(list)
	if err != nil {
		return err
	}
	*h = list[0]
	if err := model.AddHoursDays(t.DB, days); err != nil {
		return err
	}
	return model.RecountCorrected(t.DB, was, *h)
}

// tellConfirmed records who confirmed what, and tells the volunteers.
func (t *tx) tellConfirmed(list []model.Hours) error {
	var news []told
	for _, h := range list {
		if err := t.audit("hours.confirm", h.NodeID, "hours", h.ID, ""); err != nil {
			return err
		}
		body := "您" + spanText(h) + "的志愿服务已确认，计" + minutesText(h.Minutes) + "。" + pointsText(h)
		news = append(news, told{h.PersonID, NoticeHours, "服务时长已确认", body, myHoursPage, onceForHours(h.ID, "confirmed")})
	}
	return t.notifyMany(news)
}
