package service

import (
	"fmt"
	"slices"
	"time"

	"danyuan/model"
)

// peopleIn gives whose hours a list holds.
func peopleIn(list []model.Hours) []int64 {
	people := make([]int64, len(list))
	for i, h := range list {
		people[i] = h.PersonID
	}
	return slices.Compact(slices.Sorted(slices.Values(people)))
}

// monday gives the beginning of the Beijing week of a moment.
func monday(at time.Time) time.Time {
	day := model.BeijingMidnight(at)
	return day.AddDate(0, 0, -(int(day.In(model.Beijing).Weekday())+6)%7)
}

func (t *tx) findLongWeeks(list []model.Hours) ([]model.Flag, error) {
	first, last := monday(list[0].StartsAt), monday(list[0].StartsAt)
	for _, h := range list {
		if w := monday(h.StartsAt); w.Before(first) {
			first = w
		} else if w.After(last) {
			last = w
		}
	}
	spans, err := model.SpansOf(t.DB, peopleIn(list), first, last.AddDate(0, 0, 7))
	if err != nil {
		return nil, err
	}
	type week struct {
		person int64
		begins time.Time
	}
	served := map[week]int64{}
	for _, s := range spans {
		served[week{s.PersonID, monday(s.StartsAt)}] += s.Minutes
	}
	var flags []model.Flag
	for _, h := range list {
		w := week{h.PersonID, monday(h.StartsAt)}
		if served[w] > flagWeekMinutes {
			day := model.BeijingDay(w.begins)
			flags = append(flags, t.flagOf(h, day+"起的一周共"+minutesText(served[w]), "long_week:%d:%s", h.PersonID, day))
		}
	}
	return flags, nil
}

func (t *tx) findCopiedTexts(list []model.Hours) ([]model.Flag, error) {
	var prints []string
	var nodes []int64
	for _, h := range list {
		if h.ContentPrint != "" {
			prints, nodes = append(prints, h.ContentPrint), append(nodes, h.NodeID)
		}
	}
	if len(prints) == 0 {
		return nil, nil
	}
	same, err := model.SameTexts(t.DB, prints, nodes, t.now.AddDate(0, 0, -flagSameTextDays))
	if err != nil {
		return nil, err
	}
	var flags []model.Flag
	for _, h := range list {
		for _, s := range same {
			if s.NodeID == h.NodeID && s.ContentPrint == h.ContentPrint && s.Logs >= flagSameTexts {
				flags = append(flags, t.flagOf(h, fmt.Sprintf("30天内有%d条文字相同", s.Logs), "copied_text:%d:%s:%s", h.NodeID, h.ContentPrint[:12], t.month()))
			}
		}
	}
	return flags, nil
}

// month names the Beijing month of now: a pattern that goes on is flagged again in the next.
func (t *tx) month() string { return t.now.In(model.Beijing).Format("2006-01") }

func (t *tx) findLateEntries(list []model.Hours) ([]model.Flag, error) {
	var flags []model.Flag
	for _, h := range list {
		if late := h.CreatedAt.Sub(*h.EndsAt); late > flagLateAfter {
			flags = append(flags, t.flagOf(h, fmt.Sprintf("服务结束%d天后填报", late/(24*time.Hour)), "late_entry:%d", h.ID))
		}
	}
	return flags, nil
}

// logsIn gives those of a list that are logs: what an organiser saw with their own eyes is not looked at
// by rules about people's word.
func logsIn(list []model.Hours) []model.Hours {
	return slices.DeleteFunc(slices.Clone(list), func(h model.Hours) bool { return h.Source != model.FromLog })
}

// findDaysOverCap finds days of which the cap has left something, but not all: where nothing counts, nothing
// is over.
func (t *tx) findDaysOverCap(list []model.Hours) ([]model.Flag, error) {
	of := map[model.DayKey]model.Hours{}
	first := model.BeijingDay(list[0].StartsAt)
	for _, h := range list {
		for _, d := range h.Days() {
			of[model.DayKey{PersonID: d.PersonID, Day: d.Day}] = h
			first = min(first, d.Day)
		}
	}
	days, err := model.ServedDays(t.DB, peopleIn(list), first)
	if err != nil {
		return nil, err
	}
	var flags []model.Flag
	for _, d := range days {
		if h, ok := of[model.DayKey{PersonID: d.PersonID, Day: d.Day}]; ok && d.Counted > 0 && d.Minutes > d.Counted {
			flags = append(flags, t.flagOf(h, d.Day+"共"+minutesText(d.Minutes)+"，超过每日上限", "over_cap:%d:%s", d.PersonID, d.Day))
		}
	}
	return flags, nil
}

func (t *tx) findNearCap(list []model.Hours) ([]model.Flag, error) {
	list = logsIn(list)
	if len(list) == 0 {
		return nil, nil
	}
	var nodes, districts []int64
	for _, h := range list {
		nodes = append(nodes, h.NodeID)
	}
	places, err := model.PlacesOf(t.DB, nodes...)
	if err != nil {
		return nil, err
	}
	for _, p := range places {
		districts = append(districts, p.DistrictID)
	}
	rules, err := model.Rules(t.DB, districts...)
	if err != nil {
		return nil, err
	}
	days, err := model.ServedDays(t.DB, peopleIn(list), model.BeijingDay(t.now.AddDate(0, 0, -flagCapDays)))
	if err != nil {
		return nil, err
	}
	var flags []model.Flag
	for _, h := range list {
		most, near := rules.At(places[h.NodeID].DistrictID, h.Kind, h.StartsAt).CapMinutes, 0
		for _, d := range days {
			if d.PersonID == h.PersonID && d.Minutes <= most && d.Minutes*100 >= most*flagCapPercent {
				near++
			}
		}
		if near >= flagCapTimes {
			flags = append(flags, t.flagOf(h, fmt.Sprintf("30天内有%d天在每日上限的九成以上", near), "near_cap:%d:%s", h.PersonID, t.month()))
		}
	}
	return flags, nil
}

func (t *tx) findFewConfirmed(list []model.Hours) ([]model.Flag, error) {
	list = logsIn(list)
	if len(list) == 0 {
		return nil, nil
	}
	by, err := model.ConfirmedBy(t.DB, t.by.PersonID, t.now.AddDate(0, 0, -flagConfirmDays))
	if err != nil {
		return nil, err
	}
	var logs int64
	for _, one := range by {
		logs += one.Logs
	}
	if logs < flagFewLogs || len(by) > flagFewPeople {
		return nil, nil
	}
	detail := fmt.Sprintf("确认人90天内确认了%d条，只属于%d个人", logs, len(by))
	return []model.Flag{t.flagOf(list[0], detail, "few_confirmed:%d:%s", t.by.PersonID, t.month())}, nil
}

func (t *tx) findMutual(list []model.Hours) ([]model.Flag, error) {
	list = logsIn(list)
	if len(list) == 0 {
		return nil, nil
	}
	back, err := model.ConfirmersOf(t.DB, t.by.PersonID, peopleIn(list), t.now.AddDate(0, 0, -flagConfirmDays))
	if err != nil {
		return nil, err
	}
	var flags []model.Flag
	for _, h := range list {
		if slices.Contains(back, h.PersonID) {
			one, other := min(h.PersonID, t.by.PersonID), max(h.PersonID, t.by.PersonID)
			flags = append(flags, t.flagOf(h, "90天内互相确认过服务记录", "mutual:%d:%d:%s", one, other, t.month()))
		}
	}
	return flags, nil
}
