package demo

import (
	"errors"
	"fmt"
	"strconv"

	"danyuan/model"
)

// batch is how many rows one statement inserts.
const batch = 500

// community fills one community with its part of the plan.
func (s *seed) community(c model.Node, plan Plan) error {
	units, grids, err := s.tree(c, plan)
	if err != nil {
		return err
	}
	residents, err := s.residents(units, plan)
	if err != nil {
		return err
	}
	if err := s.identity(residents, plan); err != nil {
		return err
	}
	if err := s.checkIns(c, residents, plan); err != nil {
		return err
	}
	if err := s.groups(units); err != nil {
		return err
	}
	if err := s.service(c, residents, plan); err != nil {
		return err
	}
	return s.appointAll(c, grids, units, residents, plan)
}

// tree makes grids with a branch each, buildings of up to four units, and a code and a Party group for
// each unit.
func (s *seed) tree(c model.Node, plan Plan) (units, grids []model.Node, err error) {
	for g := range plan.Grids {
		grid, err := s.node(c, model.Grid, fmt.Sprintf("第%02d网格", g+11))
		if err != nil {
			return nil, nil, err
		}
		if err := s.party(grid, model.GridBranch, grid.Name+"党支部"); err != nil {
			return nil, nil, err
		}
		grids = append(grids, grid)
		var building model.Node
		for u := range plan.Units*(g+1)/plan.Grids - plan.Units*g/plan.Grids {
			if u%4 == 0 {
				if building, err = s.node(grid, model.Building, strconv.Itoa(u/4+1)+"栋"); err != nil {
					return nil, nil, err
				}
			}
			unit, err := s.node(building, model.Unit, strconv.Itoa(u%4+1)+"单元")
			if err != nil {
				return nil, nil, err
			}
			if err := errors.Join(s.code(model.UnitCode, unit.ID, unit.ID), s.party(unit, model.UnitPartyGroup, building.Name+unit.Name+"党小组")); err != nil {
				return nil, nil, err
			}
			units = append(units, unit)
		}
	}
	return units, grids, nil
}

// residents fills the units' households with people; the plan's members are spread evenly over them.
func (s *seed) residents(units []model.Node, plan Plan) ([]model.Person, error) {
	homes := make([]model.Household, plan.Households)
	for i := range homes {
		unit := units[i*len(units)/len(homes)]
		homes[i] = model.NewHousehold(s.keys, unit.ID, fmt.Sprintf("%d%02d", i%12+1, i/12%100+1), s.now)
	}
	if err := s.CreateInBatches(homes, batch).Error; err != nil {
		return nil, err
	}
	out := make([]model.Person, plan.Residents)
	members := 0
	for i := range out {
		home := homes[i*len(homes)/len(out)]
		m := model.NoMember
		if members < plan.Members*(i+1)/plan.Residents {
			m = model.Member
			if members++; members%4 == 0 {
				m = model.InServiceMember
			}
		}
		out[i] = s.person(home.UnitID, &home.ID, "", m)
	}
	return out, s.CreateInBatches(out, batch).Error
}

// identity makes the plan's number of members show identity, and puts plaques on doors.
func (s *seed) identity(residents []model.Person, plan Plan) error {
	showing, plaques := 0, 0
	doors := map[int64]bool{}
	for _, p := range residents {
		if !p.Membership.IsMember() {
			continue
		}
		door := plaques < plan.Plaques && !doors[*p.HouseholdID]
		if door {
			doors[*p.HouseholdID] = true
			plaques++
			if err := s.plaque(p); err != nil {
				return err
			}
		}
		if showing < plan.Showing {
			showing++
			if err := s.show(p, showing%3 == 0, true, door); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkIns lets in-service members hold a receipt of their community.
func (s *seed) checkIns(c model.Node, residents []model.Person, plan Plan) error {
	work, err := s.workUnits()
	if err != nil {
		return err
	}
	n := 0
	for _, p := range residents {
		if p.Membership != model.InServiceMember || n == plan.CheckedIn {
			continue
		}
		n++
		number := fmt.Sprintf("%s-%d-%06d", *c.Code, s.now.Year(), n)
		row := model.CheckIn{
			PersonID: p.ID, CommunityID: c.ID, WorkUnitID: work[n%len(work)], State: model.CheckInAccepted,
			AppliedAt: s.now, DecidedAt: &s.now, ReceiptNumber: &number, ReceiptCode: model.NewCode()[:8], OpenPersonID: &p.ID,
		}
		if err := s.Create(&row).Error; err != nil {
			return err
		}
	}
	return s.Save(&model.Sequence{Name: model.ReceiptSequence(*c.Code, s.now.Year()), Value: int64(n)}).Error
}

func (s *seed) workUnits() ([]int64, error) {
	var ids []int64
	for i := range 40 {
		w := model.WorkUnit{Name: fmt.Sprintf("演示单位%02d", i+1), CreatedAt: s.now}
		if err := s.Where("name = ?", w.Name).FirstOrCreate(&w).Error; err != nil {
			return nil, err
		}
		ids = append(ids, w.ID)
	}
	return ids, nil
}

// groups ties every unit to a WeChat group.
func (s *seed) groups(units []model.Node) error {
	rows := make([]model.UnitGroup, len(units))
	for i, u := range units {
		gid := fmt.Sprintf("demo-group-%d", u.ID)
		index := s.keys.Index("unit_groups.gid", gid)
		rows[i] = model.UnitGroup{UnitID: u.ID, GID: gid, GIDIndex: index, BoundAt: s.now, ActiveUnitID: &u.ID, ActiveGID: &index}
	}
	return s.CreateInBatches(rows, batch).Error
}

// appointAll gives every unit a chief who lives there, every grid a secretary and a chief (the same
// person as often as the plan says), and the community its staff.
func (s *seed) appointAll(c model.Node, grids, units []model.Node, residents []model.Person, plan Plan) error {
	living := map[int64][]model.Person{}
	for _, p := range residents {
		living[p.NodeID] = append(living[p.NodeID], p)
	}
	for _, u := range units {
		if err := s.appoint(living[u.ID][0].ID, model.UnitChief, u.ID); err != nil {
			return err
		}
	}
	for i, g := range grids {
		secretary := residents[(2*i+1)*len(residents)/(2*len(grids))]
		chief := secretary
		if i >= plan.AlsoChief {
			chief = residents[(2*i+1)*len(residents)/(2*len(grids))+1]
		}
		if err := s.appoint(secretary.ID, model.BranchSecretary, g.ID); err != nil {
			return err
		}
		if err := s.appoint(chief.ID, model.GridChief, g.ID); err != nil {
			return err
		}
		if i < plan.PartTime {
			if err := s.appoint(residents[i].ID, model.CommitteeMember, g.ID); err != nil {
				return err
			}
		}
	}
	for n := range 3 {
		staff := s.person(c.ID, nil, "", model.NoMember)
		if err := s.Create(&staff).Error; err != nil {
			return err
		}
		role := model.CommunityStaff
		if n == 0 {
			role = model.CommunitySecretary
		}
		if err := s.appoint(staff.ID, role, c.ID); err != nil {
			return err
		}
	}
	return nil
}
