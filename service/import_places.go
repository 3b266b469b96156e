package service

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"gorm.io/gorm"

	"danyuan/model"
)

// The columns that say where, shared by both tables.
const (
	columnGrid     = "网格"
	columnBuilding = "楼栋"
	columnUnit     = "单元"
	columnRoom     = "房号"
)

// place is where a row of a table belongs, as it is written there.
type place struct{ grid, building, unit, room string }

// madeDate is what Excel makes of a number such as 3-1 in a column that is not set to text.
var madeDate = regexp.MustCompile(`^(\d{4}[-/]\d{1,2}[-/]\d{1,2}( \d{2}:\d{2}:\d{2})?|\d{1,2}月\d{1,2}日)$`)

// placeIn reads the four cells, as clean texts. It notes what can't be read; filled says which must be.
func placeIn(cells []string, line int, faults *faultList, filled ...string) place {
	var p place
	for i, cell := range []struct {
		column string
		into   *string
		max    int
	}{{columnGrid, &p.grid, 80}, {columnBuilding, &p.building, 80}, {columnUnit, &p.unit, 80}, {columnRoom, &p.room, 20}} {
		*cell.into = cleanCell(cells[i], line, cell.column, cell.max, faults)
		switch {
		case strings.TrimSpace(cells[i]) == "" && slices.Contains(filled, cell.column):
			faults.add(line, cell.column, "这一格不能为空，请填写。")
		case madeDate.MatchString(cells[i]):
			faults.add(line, cell.column, "这一格被表格软件改成了日期，看不出原来的号码。请把这一列设为“文本”格式，重新填写。")
		}
	}
	p.room = norm.NFKC.String(p.room)
	if p.room != "" && model.PlainRoom(p.room) == "" {
		faults.add(line, columnRoom, "房号里没有号码，请填写，例如101。")
	}
	return p
}

// cleanCell gives a cell as it is stored, "" with a fault noted when it can't be.
func cleanCell(cell string, line int, column string, max int, faults *faultList) string {
	text, err := model.CleanText(column, cell, max, false)
	if err != nil {
		faults.add(line, column, faultText(err))
		return ""
	}
	return text
}

// placeTree is a community's grids, buildings and units by what tables call them.
type placeTree struct {
	root  model.Node
	below map[placeKey]*model.Node
	ids   []int64 // every node of the subtree, ended ones included
	units []int64 // the units in use
}

type placeKey struct {
	parent int64
	kind   model.NodeKind
	name   string
}

func loadPlaces(h *gorm.DB, community model.Node) (*placeTree, error) {
	nodes, err := model.Subtree(h, community.Path)
	if err != nil {
		return nil, err
	}
	t := &placeTree{root: community, below: make(map[placeKey]*model.Node, len(nodes))}
	for i := range nodes {
		t.ids = append(t.ids, nodes[i].ID)
		if nodes[i].State == model.NodeActive {
			t.put(&nodes[i])
		}
	}
	slices.Sort(t.ids)
	return t, nil
}

func (t *placeTree) put(n *model.Node) {
	key := placeKey{n.ParentID, n.Kind, sameName(n.Name)}
	if _, taken := t.below[key]; !taken {
		t.below[key] = n
	}
	if n.Kind == model.Unit {
		t.units = append(t.units, n.ID)
	}
}

// holds tells whether a node is in the subtree.
func (t *placeTree) holds(id int64) bool { _, ok := slices.BinarySearch(t.ids, id); return ok }

func (t *placeTree) child(parent *model.Node, kind model.NodeKind, name string) *model.Node {
	return t.below[placeKey{parent.ID, kind, sameName(name)}]
}

// unit gives the unit that a row names; without it the column at fault, and what to tell.
func (t *placeTree) unit(p place) (unit *model.Node, column, text string) {
	const mend = "请改正这一格，或先用“网格楼栋”表格导入它。"
	grid := t.child(&t.root, model.Grid, p.grid)
	if grid == nil {
		return nil, columnGrid, "本社区没有网格" + quoted(p.grid) + "。" + mend
	}
	holder := grid
	if p.building != "" {
		if holder = t.child(grid, model.Building, p.building); holder == nil {
			return nil, columnBuilding, quoted(p.grid) + "里没有楼栋" + quoted(p.building) + "。" + mend
		}
	}
	if unit = t.child(holder, model.Unit, p.unit); unit == nil {
		return nil, columnUnit, quoted(holder.Name) + "里没有单元" + quoted(p.unit) + "。" + mend
	}
	return unit, "", ""
}

// sameName is a place's name as names are compared: width, case and spaces apart.
func sameName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(name))
}
