package model_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// TestOpen_idsFollowOneAnother: a server that counts in steps, as a node of a cluster behind a proxy does, must not
// make rows that are written together take one another's ids.
func TestOpen_idsFollowOneAnother(t *testing.T) {
	url := testkit.OpenDatabase(t)
	if !strings.HasPrefix(url, "mysql:") {
		t.Skip("only MySQL and MariaDB count in steps")
	}
	k := testkit.New(t)
	global := func(step string) {
		k.Tx(func(tx *gorm.DB) error { return tx.Exec("SET GLOBAL auto_increment_increment = " + step).Error })
	}
	global("3")
	t.Cleanup(func() { global("1") })
	db, err := model.Open(t.Context(), url, testkit.Keys(), 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	units := []model.WorkUnit{{Name: "区教育局"}, {Name: "区民政局"}, {Name: "区司法局"}}
	if err := db.Tx(t.Context(), func(tx *gorm.DB) error { return model.AddAll(tx, units) }); err != nil {
		t.Fatal(err)
	}
	for _, u := range units {
		var stored model.WorkUnit
		if err := db.Read(t.Context()).Where("name = ?", u.Name).Take(&stored).Error; err != nil {
			t.Fatal(err)
		}
		if stored.ID != u.ID {
			t.Errorf("%s is stored as %d and was given %d", u.Name, stored.ID, u.ID)
		}
	}
}
