package demo

import (
	"context"
	"errors"
	"strconv"

	"gorm.io/gorm"

	"danyuan/model"
)

// UnitCode gives a valid code of a unit for the greeting: of the chief's unit, of any other when the
// chief is bound to nobody or has moved, "" when no unit has one.
func UnitCode(ctx context.Context, db *model.DB) (string, error) {
	h := db.Read(ctx)
	living := h.Table("bindings").Select("persons.node_id").Joins("JOIN persons ON persons.id = bindings.active_person_id").
		Joins("JOIN users ON users.id = bindings.active_user_id").Where("users.open_id = ?", OpenID("chief"))
	valid := func() *gorm.DB {
		return h.Where("kind = ? AND active_key IS NOT NULL", model.UnitCode).Order("id").Limit(1)
	}
	for _, q := range []*gorm.DB{valid().Where("node_id IN (?)", living), valid()} {
		var codes []model.Code
		if err := q.Find(&codes).Error; err != nil || len(codes) > 0 {
			if err != nil {
				return "", err
			}
			return codes[0].Code, nil
		}
	}
	return "", nil
}

// Personas are the names that "demo:" is followed by.
func Personas() []string {
	names := []string{"secretary", "staff", "community-secretary", "street", "admin", "auditor"}
	for _, p := range lived {
		names = append(names, p.persona)
	}
	return names
}

// Community is where the personas live: 先锋居委会 in 人民路街道.
const Community = "340802004003"

// Newcomer is the persona that is not bound yet; their phone number is on the roster.
const Newcomer = "newcomer"

// NewcomerPhone is that number, of a range that no operator has.
const NewcomerPhone = "15400000099"

// OpenID is the WeChat account that "demo:<persona>" signs in as.
func OpenID(persona string) string { return model.DemoPrefix + persona }

type part struct {
	persona, name, room string
	membership          model.Membership
	role                model.Role
}

// lived are the personas who live in the demo's unit, 第一网格 3栋1单元.
var lived = []part{
	{"resident", "李小梅", "101", model.NoMember, ""},
	{"chief", "王建国", "102", model.Member, model.UnitChief},
	{"member", "张卫东", "201", model.Member, ""},
	{"veteran", "陈秀英", "202", model.Member, ""},
	{"in-service", "刘洋", "301", model.InServiceMember, ""},
	{"candidate", "许静", "302", model.NoMember, ""},
	{Newcomer, "何晓燕", "401", model.NoMember, ""},
}

// castSize is what cast makes of what a Plan counts.
var castSize = Plan{Grids: 2, Units: 8, Households: len(lived), Residents: len(lived), Members: 4, Showing: 1, Plaques: 1, AlsoChief: 1}

// roundOff gives the cast's grids and units what every grid and unit of a filled district has: a
// secretary and a chief, who are residents of the community, and a WeChat group.
func (s *seed) roundOff(community model.Node) error {
	var grids, units []model.Node
	own := s.Where("parent_id = ? AND name IN ?", community.ID, []string{"第一网格", "第二网格"}).Order("id")
	if err := own.Find(&grids).Error; err != nil {
		return err
	}
	for _, g := range grids {
		var some []model.Node
		if err := model.InSubtree(s.Where("kind = ?", model.Unit), "path", g.Path).Order("id").Find(&some).Error; err != nil {
			return err
		}
		units = append(units, some...)
	}
	if err := s.groups(units); err != nil {
		return err
	}
	var residents []model.Person
	if err := model.InSubtree(s.Table("persons").Select("persons.*").Joins("JOIN nodes ON nodes.id = persons.node_id"), "nodes.path", community.Path).
		Where("persons.household_id IS NOT NULL").Order("persons.id DESC").Limit(2).Find(&residents).Error; err != nil {
		return err
	}
	return errors.Join(s.appoint(residents[0].ID, model.BranchSecretary, grids[1].ID), s.appoint(residents[1].ID, model.GridChief, grids[1].ID))
}

// cast makes the demo community and the personas in it.
func (s *seed) cast() error {
	var community model.Node
	if err := s.Where("code = ?", Community).Take(&community).Error; err != nil {
		return ErrNoDivisions
	}
	if err := s.party(community, model.CommunityCommittee, "先锋社区党委"); err != nil {
		return err
	}
	if err := s.code(model.CommunityCode, community.ID, community.ID); err != nil {
		return err
	}
	grid, unit, err := s.homes(community)
	if err != nil {
		return err
	}
	if err := s.neighbours(unit); err != nil {
		return err
	}
	if err := s.officers(community, grid); err != nil {
		return err
	}
	if err := s.castService(community); err != nil {
		return err
	}
	return s.matters(community)
}

// homes makes two grids with two buildings of two units each, and gives the first grid and unit.
func (s *seed) homes(community model.Node) (grid, unit model.Node, err error) {
	for _, name := range []string{"第一网格", "第二网格"} {
		g, err := s.node(community, model.Grid, name)
		if err != nil {
			return grid, unit, err
		}
		if err := s.party(g, model.GridBranch, name+"党支部"); err != nil {
			return grid, unit, err
		}
		for _, b := range []string{"3栋", "5栋"} {
			building, err := s.node(g, model.Building, b)
			if err != nil {
				return grid, unit, err
			}
			for n := 1; n <= 2; n++ {
				u, err := s.node(building, model.Unit, strconv.Itoa(n)+"单元")
				if err != nil {
					return grid, unit, err
				}
				if err := errors.Join(s.code(model.UnitCode, u.ID, u.ID), s.party(u, model.UnitPartyGroup, b+u.Name+"党小组")); err != nil {
					return grid, unit, err
				}
				if unit.ID == 0 {
					grid, unit = g, u
				}
			}
		}
	}
	return grid, unit, nil
}

func (s *seed) neighbours(unit model.Node) error {
	for _, p := range lived {
		home := model.NewHousehold(s.keys, unit.ID, p.room, s.now)
		if err := s.Create(&home).Error; err != nil {
			return err
		}
		person := s.person(unit.ID, &home.ID, p.name, p.membership)
		if p.persona == Newcomer {
			person.SetPhone(s.keys, NewcomerPhone)
		}
		if err := s.Create(&person).Error; err != nil {
			return err
		}
		if err := s.play(p, person, unit); err != nil {
			return err
		}
	}
	return nil
}

// play binds a persona and gives them their role. The newcomer binds for themselves.
func (s *seed) play(p part, person model.Person, node model.Node) error {
	if p.persona == Newcomer {
		_, err := model.SignIn(s.DB, OpenID(Newcomer), "", "", s.now)
		return err
	}
	if err := s.bind(OpenID(p.persona), person); err != nil {
		return err
	}
	if p.persona == "veteran" {
		if err := s.plaque(person); err != nil {
			return err
		}
		return s.show(person, true, false, true)
	}
	if p.role == "" {
		return nil
	}
	return s.appoint(person.ID, p.role, node.ID)
}

// officers are the personas who serve but live elsewhere.
func (s *seed) officers(community, grid model.Node) error {
	above, err := model.NodesOnPath(s.DB, community.Path)
	if err != nil {
		return err
	}
	street, district := above[len(above)-2], above[len(above)-3]
	for _, o := range []struct {
		part
		at model.Node
	}{
		{part{"secretary", "周正", "", model.Member, model.BranchSecretary}, grid},
		{part{"staff", "吴敏", "", model.Member, model.CommunityStaff}, community},
		{part{"community-secretary", "赵国强", "", model.Member, model.CommunitySecretary}, community},
		{part{"street", "孙丽", "", model.Member, model.StreetStaff}, street},
		{part{"admin", "郑海", "", model.Member, model.DistrictAdmin}, district},
		{part{"auditor", "冯雪", "", model.Member, model.Auditor}, district},
	} {
		person := s.person(o.at.ID, nil, o.name, o.membership)
		if err := s.Create(&person).Error; err != nil {
			return err
		}
		if err := s.play(o.part, person, o.at); err != nil {
			return err
		}
		if o.persona == "secretary" {
			if err := s.appoint(person.ID, model.GridChief, grid.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// person makes somebody with a synthetic phone number, id number and birth date.
func (s *seed) person(node int64, household *int64, name string, m model.Membership) model.Person {
	who := s.people.Next()
	p := model.Person{
		NodeID: node, HouseholdID: household, Name: name, BirthDate: who.Birth.Format("2006-01-02"),
		Membership: m, State: model.PersonHere, CreatedAt: s.now, UpdatedAt: s.now,
	}
	if name == "" {
		p.Name = who.Name
	}
	p.SetPhone(s.keys, who.Phone)
	p.SetIDNumber(s.keys, who.IDNumber)
	return p
}
