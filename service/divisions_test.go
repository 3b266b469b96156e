package service_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

const divisionHead = "code,name,level,parent_code\n"

// importDivisions imports rows as the system does.
func importDivisions(k *testkit.Kit, rows string) (service.DivisionReport, error) {
	file := []byte(divisionHead + rows)
	return k.S.ImportDivisions(k.Context(), service.Command{}, bytes.NewReader(file), int64(len(file)), nil)
}

func mustImport(k *testkit.Kit, rows string, want service.DivisionReport) {
	k.Helper()
	got, err := importDivisions(k, rows)
	if err != nil || got != want {
		k.Fatalf("report %+v, error %v, want %+v", got, err, want)
	}
}

func division(k *testkit.Kit, code string) model.Node {
	k.Helper()
	found, err := model.NodesByCodes(k.DB.Read(k.Context()), []string{code})
	if err != nil || found[code].ID == 0 {
		k.Fatalf("division %s: %v", code, err)
	}
	return found[code]
}

func nodes(k *testkit.Kit) []model.Node {
	k.Helper()
	var all []model.Node
	if err := k.DB.Read(k.Context()).Order("id").Find(&all).Error; err != nil {
		k.Fatal(err)
	}
	return all
}

// wholeTree fails the test unless every path is that of the parent and the id.
func wholeTree(k *testkit.Kit) {
	k.Helper()
	byID := map[int64]model.Node{0: {}}
	for _, n := range nodes(k) {
		byID[n.ID] = n
	}
	for id, n := range byID {
		if parent, ok := byID[n.ParentID]; id != 0 && (!ok || n.Path != model.PathBelow(parent.Path, n.ID)) {
			k.Errorf("node %d %s: path %q, parent %d", n.ID, n.Name, n.Path, n.ParentID)
		}
	}
}

func TestLoadDistrict_bringsTheDistrictOnce(t *testing.T) {
	k := testkit.New(t)
	r, err := k.S.LoadDistrict(k.Context())
	if want := (service.DivisionReport{Added: 61}); err != nil || r != want {
		t.Fatalf("%+v, %v", r, err)
	}
	wholeTree(k)
	n := division(k, "340802004003")
	if n.Name != "先锋居委会" || n.Kind != model.Community || n.Style != "community" || n.State != model.NodeActive {
		t.Fatalf("%+v", n)
	}
	if z := division(k, "340802403498"); z.Kind != model.Community || z.Style != "zone_community" {
		t.Fatalf("%+v", z)
	}
	if r, err = k.S.LoadDistrict(k.Context()); err != nil || r != (service.DivisionReport{}) {
		t.Fatalf("second start: %+v, %v", r, err)
	}
}

func TestImportDivisions_sameFileTwiceChangesNothing(t *testing.T) {
	k := testkit.New(t)
	var file bytes.Buffer
	if err := testkit.NationCSV(&file, 5300); err != nil {
		t.Fatal(err)
	}
	var heard []int
	for i, want := range []service.DivisionReport{{Added: 5300}, {Unchanged: 5300}} {
		heard = nil
		r, err := k.S.ImportDivisions(k.Context(), service.Command{}, bytes.NewReader(file.Bytes()), int64(file.Len()), func(n int) { heard = append(heard, n) })
		if err != nil || r != want {
			t.Fatalf("time %d: %+v, %v", i, r, err)
		}
	}
	if fmt.Sprint(heard) != "[1000 2000 3000 4000 5000 5300]" {
		t.Errorf("progress %v", heard)
	}
	wholeTree(k)
}

func TestImportDivisions_renamedDivisionKeepsItsNodeWithHistory(t *testing.T) {
	k := testkit.New(t)
	mustImport(k, "340802,迎江区,district,\n340802200,龙狮桥乡,township,340802\n", service.DivisionReport{Added: 2})
	before := division(k, "340802200")
	mustImport(k, "340802,迎江区,district,\n340802200,龙狮桥街道,street,340802\n", service.DivisionReport{Renamed: 1, Unchanged: 1})
	after := division(k, "340802200")
	if after.ID != before.ID || after.Name != "龙狮桥街道" || after.Style != "street" || after.Kind != model.Street {
		t.Fatalf("%+v", after)
	}
	steps, err := model.NodeHistory(k.DB.Read(k.Context()), after.ID, model.Slice{Limit: 9})
	if err != nil || len(steps) != 1 || steps[0].What != model.StepRenamed || steps[0].NameBefore != "龙狮桥乡" || steps[0].NameAfter != "龙狮桥街道" {
		t.Fatalf("%+v, %v", steps, err)
	}
}

func TestImportDivisions_movedParentTakesItsSubtreeAlong(t *testing.T) {
	k := testkit.New(t)
	mustImport(k, "340802,迎江区,district,\n340802001,宜城路街道,street,340802\n340802001001,吴樾居委会,community,340802001\n", service.DivisionReport{Added: 3})
	community := division(k, "340802001001")
	grid := k.Node(&community, model.Grid, "第一网格")
	// The nation comes later: the district moves under its city, and in the same file a street that is
	// new and one that moves to another district.
	mustImport(k, "34,安徽省,province,\n3408,安庆市,city,34\n340802,迎江区,district,3408\n340803,大观区,district,3408\n"+
		"340802002,新河路街道,street,340802\n340802002001,新河居委会,community,340802002\n340802001,宜城路街道,street,340803\n340802001001,吴樾社区居委会,community,340802001\n",
		service.DivisionReport{Added: 5, Moved: 2, Renamed: 1})
	wholeTree(k)
	if got, want := division(k, "340802001").ParentID, division(k, "340803").ID; got != want {
		t.Errorf("street under %d, want %d", got, want)
	}
	moved, err := model.NodeByID(k.DB.Read(k.Context()), grid.ID)
	if err != nil || !model.Under(moved.Path, division(k, "34").Path) {
		t.Errorf("the grid was left behind: %+v, %v", moved, err)
	}
	// The district's own file, whose first row names no parent, changes nothing of that.
	mustImport(k, "340802,迎江区,district,\n", service.DivisionReport{Unchanged: 1})
	wholeTree(k)
}

func TestImportDivisions_parentWhoseRowComesLaterIsFoundInTheTree(t *testing.T) {
	k := testkit.New(t)
	mustImport(k, "34,安徽省,province,\n35,福建省,province,\n3408,安庆市,city,34\n340802,迎江区,district,3408\n", service.DivisionReport{Added: 4})
	mustImport(k, "340802009,新街道,street,340802\n340802,迎江区,district,3408\n3408,安庆市,city,35\n340802010,又一街道,street,340802\n", service.DivisionReport{Added: 2, Moved: 1, Unchanged: 1})
	wholeTree(k)
}

func TestImportDivisions_refusesByRowAndColumnAndTakesNothing(t *testing.T) {
	cases := map[string]struct{ rows, code, at string }{
		"parent after its child":      {"340802001,某街道,street,340802\n340802,迎江区,district,\n", "division.parent_missing", "第2行 parent_code"},
		"no parent at all":            {"340802,迎江区,district,\n340802001001,某社区,community,340802001\n", "division.parent_missing", "第3行 parent_code"},
		"parent below its child":      {"340802,迎江区,district,\n3408,安庆市,city,340802\n", "division.parent_unfit", "第3行 parent_code"},
		"parent that is no code":      {"340802,迎江区,district,安庆\n", "division.code_invalid", "第2行 parent_code"},
		"its own parent":              {"340802,迎江区,district,340802\n", "division.parent_missing", "第2行 parent_code"},
		"no code":                     {",迎江区,district,\n", "division.code_invalid", "第2行 code"},
		"code of letters":             {"34080x,迎江区,district,\n", "division.code_invalid", "第2行 code"},
		"code too long":               {"3408020010011,迎江区,district,\n", "division.code_invalid", "第2行 code"},
		"code that overflows":         {"99999999999999999999,迎江区,district,\n", "division.code_invalid", "第2行 code"},
		"code twice":                  {"340802,迎江区,district,\n340802,迎江区,district,\n", "division.code_twice", "第3行 code"},
		"no name":                     {"340802,,district,\n", "text.empty", "第2行 name"},
		"name too long":               {"340802," + strings.Repeat("长", 81) + ",district,\n", "text.too_long", "第2行 name"},
		"name that turns the writing": {"340802,迎\u202e江区,district,\n", "text.forbidden_characters", "第2行 name"},
		"unknown level":               {"340802,迎江区,galaxy,\n", "division.level_unknown", "第2行 level"},
		"a level below the divisions": {"340802,迎江区,grid,\n", "division.level_unknown", "第2行 level"},
		"another level than before":   {"11,某省,city,\n", "division.level_changed", "第2行 level"},
		"no rows":                     {"", "sheet.no_rows", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			k := testkit.New(t)
			mustImport(k, "11,某省,province,\n", service.DivisionReport{Added: 1})
			_, err := importDivisions(k, c.rows)
			f := fault.Of(err)
			if f == nil || f.Code != c.code {
				t.Fatalf("%v, want %s", err, c.code)
			}
			if c.at != "" && (len(f.Fields) != 1 || f.Fields[0].Path != c.at) {
				t.Errorf("fields %+v, want one at %s", f.Fields, c.at)
			}
			if len(nodes(k)) != 1 {
				t.Error("something was taken all the same")
			}
		})
	}
}

func TestImportDivisions_listsAHundredFaultsAndNotTheirFollowers(t *testing.T) {
	k := testkit.New(t)
	_, err := importDivisions(k, "340802,迎江区,galaxy,\n340802001,某街道,street,340802\n340802001001,某社区,community,340802001\n")
	if f := fault.Of(err); f == nil || len(f.Fields) != 1 {
		t.Errorf("followers are listed too: %+v", f)
	}
	var rows strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&rows, "%d,某区,galaxy,\n", 100000+i)
	}
	_, err = importDivisions(k, rows.String())
	if f := fault.Of(err); f == nil || len(f.Fields) != 100 || f.Fields[99].Path != "第101行 level" {
		t.Errorf("%v", err)
	}
}

func TestImportDivisions_actorImportsIntoTheirScopeOnly(t *testing.T) {
	k := testkit.New(t)
	mustImport(k, "340802,迎江区,district,\n340803,大观区,district,\n340803001,龙山路街道,street,340803\n", service.DivisionReport{Added: 3})
	d := division(k, "340802")
	admin := model.Actor{UserID: 1, PersonID: 1, Grants: []model.Grant{{Role: model.DistrictAdmin, NodeID: d.ID, Path: d.Path, From: testkit.Start}}}
	as := func(rows string) error {
		file := []byte(divisionHead + rows)
		cmd := service.Command{By: admin, Key: "key", Print: "print", Render: func(any) ([]byte, error) { return []byte("{}"), nil }}
		_, err := k.S.ImportDivisions(k.Context(), cmd, bytes.NewReader(file), int64(len(file)), nil)
		return err
	}
	for name, rows := range map[string]string{
		"a new root": "35,某省,province,\n", "below another district": "340803002,某街道,street,340803\n",
		"rename of another district": "340803,大观新区,district,\n", "taking a street over": "340803001,龙山路街道,street,340802\n",
		"giving a street away": "340802001,某街道,street,340803\n",
	} {
		if err := as(rows); !errors.Is(err, model.ErrDivisionScope) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := as("340802,迎江区,district,\n340802001,宜城路街道,street,340802\n"); err != nil {
		t.Error(err)
	}
	nobody := service.Command{Key: "key-of-nobody", Render: func(any) ([]byte, error) { return nil, nil }}
	file := []byte(divisionHead + "36,某省,province,\n")
	if _, err := k.S.ImportDivisions(k.Context(), nobody, bytes.NewReader(file), int64(len(file)), nil); !errors.Is(err, model.ErrDivisionScope) {
		t.Errorf("nobody: %v", err)
	}
}

func TestImportDivisions_twoAtOnceGiveEachCodeOneNode(t *testing.T) {
	k := testkit.New(t)
	var file bytes.Buffer
	if err := testkit.NationCSV(&file, 1500); err != nil {
		t.Fatal(err)
	}
	errs, added := make([]error, 3), make([]int, 3)
	k.Race(3, func(i int) {
		r, err := k.S.ImportDivisions(t.Context(), service.Command{}, bytes.NewReader(file.Bytes()), int64(file.Len()), nil)
		errs[i], added[i] = err, r.Added
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if added[0]+added[1]+added[2] != 1500 || len(nodes(k)) != 1500 {
		t.Fatalf("added %v, nodes %d", added, len(nodes(k)))
	}
	wholeTree(k)
}

func TestImportDivisions_brokenOffTakesNothing(t *testing.T) {
	k := testkit.New(t)
	var file bytes.Buffer
	if err := testkit.NationCSV(&file, 4000); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := k.S.ImportDivisions(ctx, service.Command{}, bytes.NewReader(file.Bytes()), int64(file.Len()), func(rows int) {
		if rows == 3000 {
			cancel()
		}
	})
	if err == nil || len(nodes(k)) != 0 {
		t.Fatalf("%v, %d nodes", err, len(nodes(k)))
	}
	var n int64
	k.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Audit{}).Count(&n).Error })
	if n != 0 {
		t.Fatal("an audit entry of what did not happen")
	}
}
