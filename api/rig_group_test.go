package api_test

import (
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// group binds the unit's WeChat group, which the resident has entered.
func (w *world) group(gid string) {
	w.Helper()
	g := model.NewUnitGroup(testkit.Keys(), w.Unit.ID, gid, w.Neighbour.ID, testkit.Start)
	w.add(&g)
	w.Tx(func(tx *gorm.DB) error {
		var user int64
		err := tx.Model(&model.Binding{}).Where("active_person_id = ?", w.Resident.ID).Pluck("user_id", &user).Error
		if err != nil {
			return err
		}
		return model.EnterGroup(tx, &model.GroupEntry{UnitGroupID: g.ID, UserID: user, EnteredAt: testkit.Start.Add(-time.Hour)})
	})
}
