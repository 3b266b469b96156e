package service

import (
	"fmt"
	"slices"
	"strconv"

	"danyuan/model"
)

// mayLeaveDoor notes the household of a member whose record is about to change, as it is before the
// change. What every such change calls, however it came about; what has come of it is looked at once,
// when the command has done all it does (lookAtDoors).
func (t *tx) mayLeaveDoor(was model.Person) {
	if was.State == model.PersonHere && was.HouseholdID != nil && was.Membership.IsMember() && !slices.Contains(t.doors, *was.HouseholdID) {
		t.doors = append(t.doors, *was.HouseholdID)
	}
}

// lookAtDoors tells those who may take a plaque off of each that has lost its last member by this
// command. The plaque itself needs no change: nobody is told that it is genuine from now on.
func (t *tx) lookAtDoors() error {
	for _, household := range t.doors {
		p, err := model.PlaqueOfHousehold(t.DB, household)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		// Of two commands by which the last two members leave, the later one finds nobody.
		if *p, err = model.LockPlaque(t.DB, p.ID); err != nil {
			return err
		}
		living, err := model.WithMembers(t.DB, []int64{household})
		if err != nil {
			return err
		}
		if p.Stands() && !living[household] {
			if err := t.tellMemberless(*p); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) tellMemberless(p model.Plaque) error {
	unit, err := model.NodeByID(t.DB, p.UnitID)
	if err != nil {
		return err
	}
	const title, page = "有门牌待摘除", "staff/plaques/index"
	body := unit.Name + "有一户已经没有登记的党员，门牌扫码不再显示为真。请在门牌列表里找到“待摘除”的这一块，上门摘除。"
	once := fmt.Sprintf("plaque:%d:memberless:%d", p.ID, t.now.Unix())
	if err := t.tellOfficers(model.InstallPlaques, unit.Path, NoticePlaque, title, body, page, once); err != nil || !t.by.May(model.InstallPlaques, unit.Path, t.now) {
		return err
	}
	// The actor knows what they did to a person, and need not know that there was a plaque.
	return t.notify(t.by.PersonID, NoticePlaque, title, body, page, once+":"+strconv.FormatInt(t.by.PersonID, 10))
}

// needMember refuses a household in which no Party member lives any more.
func (t *tx) needMember(household int64) error {
	living, err := model.WithMembers(t.DB, []int64{household})
	if err == nil && !living[household] {
		err = model.ErrPlaqueNoMember
	}
	return err
}
