package testkit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"danyuan/demo/people"
)

// RosterHeader is the header row of the roster's template.
var RosterHeader = []string{"网格", "楼栋", "单元", "房号", "姓名", "手机号", "身份证号", "出生日期", "政治面貌", "户籍地址", "监护人"}

// StructureHeader is the header row of the template of grids, buildings, units and households.
var StructureHeader = []string{"网格", "楼栋", "单元", "房号"}

// The made-up community: homes of three, twelve homes in a unit, three units in a building, eight
// buildings in a grid.
const (
	atHome     = 3
	unitHomes  = 12
	unitsIn    = 3
	buildingIn = 8
	adult      = 18
	child      = 14 // from then on a roster has what a guardian would have to agree to
)

// Roster makes up the rows of a roster (without the header), the same for the same seed, which is
// the part of the made-up people (people.New) that they come from; one in ten is a Party member. The first
// of each home is grown up, and the guardian of the children there.
func Roster(rows int, seed uint64) [][]string {
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // made-up people need no secret
	source := people.New(int(seed))     //nolint:gosec // a part is a small number
	out := make([][]string, rows)
	for n := range out {
		home := n / atHome
		unit := home / unitHomes
		building := unit / unitsIn
		age, guardian := 1+r.IntN(90), ""
		if n%atHome == 0 {
			age = 20 + age%70
		} else if age < adult {
			guardian = out[n-n%atHome][4]
		}
		p := source.Aged(age)
		membership := "群众"
		switch r.IntN(20) {
		case 0:
			membership = "党员"
		case 1:
			membership = "在职党员"
		}
		out[n] = []string{
			fmt.Sprintf("第%d网格", building/buildingIn+1), fmt.Sprintf("%d栋", building%buildingIn+1), fmt.Sprintf("%d单元", unit%unitsIn+1),
			fmt.Sprintf("%d%02d", home%unitHomes/2+1, home%2+1), p.Name, p.Phone, p.IDNumber, p.Birth.Format(time.DateOnly), membership,
			fmt.Sprintf("安庆市迎江区华中路%d号", r.IntN(400)+1), guardian,
		}
		if age <= child {
			out[n][5], out[n][6], out[n][9] = "", "", ""
		}
	}
	return out
}

// Structure gives the rows of places that a roster needs, one a household.
func Structure(roster [][]string) [][]string {
	var out [][]string
	for _, row := range roster {
		if place := row[:4]; len(out) == 0 || !slices.Equal(out[len(out)-1], place) {
			out = append(out, place)
		}
	}
	return out
}
