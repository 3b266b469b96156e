package model

import "gorm.io/gorm"

// ListedCheckIn is a check-in with the names that belong to it.
type ListedCheckIn struct {
	CheckIn
	Name          string // of the person
	HomeName      string // of the unit where they belong
	HomePath      string
	PersonState   PersonState
	CommunityName string
	CommunityPath string
	WorkUnitName  string
}

// LivesHere tells whether the person still lives in the check-in's community: what the roster says of
// somebody who does not is another community's.
func (c ListedCheckIn) LivesHere() bool {
	return c.PersonState == PersonHere && Under(c.HomePath, c.CommunityPath)
}

// UnitName is where the person lives, "" for who has moved away.
func (c ListedCheckIn) UnitName() string {
	if !c.LivesHere() {
		return ""
	}
	return c.HomeName
}

func listedCheckIns(tx *gorm.DB) *gorm.DB {
	return tx.Table("check_ins").
		Select("check_ins.*, persons.name, homes.name AS home_name, homes.path AS home_path, persons.state AS person_state, nodes.name AS community_name, nodes.path AS community_path, work_units.name AS work_unit_name").
		Joins("JOIN persons ON persons.id = check_ins.person_id").Joins("JOIN nodes homes ON homes.id = persons.node_id").
		Joins("JOIN nodes ON nodes.id = check_ins.community_id").Joins("JOIN work_units ON work_units.id = check_ins.work_unit_id")
}

// ListedCheckInByID gives a check-in with its names.
func ListedCheckInByID(tx *gorm.DB, id int64) (ListedCheckIn, error) {
	var c ListedCheckIn
	return c, take(listedCheckIns(tx).Where("check_ins.id = ?", id), &c, ErrCheckInNotFound)
}

// CheckInByReceipt gives the check-in with a receipt's number.
func CheckInByReceipt(tx *gorm.DB, number string) (ListedCheckIn, error) {
	var c ListedCheckIn
	return c, take(listedCheckIns(tx).Where("check_ins.receipt_number = ?", number), &c, ErrCheckInNotFound)
}

// CheckInsOf lists a person's check-ins, the newest first.
func CheckInsOf(tx *gorm.DB, person int64, s Slice) ([]ListedCheckIn, error) {
	var out []ListedCheckIn
	return out, s.Newest(listedCheckIns(tx).Where("check_ins.person_id = ?", person), "check_ins.id").Find(&out).Error
}

// CheckInsUnder lists the check-ins of the communities in a subtree, the newest first; "" is every state.
func CheckInsUnder(tx *gorm.DB, path string, state CheckInState, s Slice) ([]ListedCheckIn, error) {
	var out []ListedCheckIn
	q := InSubtree(listedCheckIns(tx), "nodes.path", path)
	if state != "" {
		q = q.Where("check_ins.state = ?", state)
	}
	return out, s.Newest(q, "check_ins.id").Find(&out).Error
}

// CountedCheckIns is how many check-ins wait and are accepted, of one community or work unit.
type CountedCheckIns struct {
	ID       int64
	Name     string
	Pending  int64
	Accepted int64
}

const countOpen = "COUNT(CASE WHEN check_ins.state = 'pending' THEN 1 END) AS pending, COUNT(CASE WHEN check_ins.state = 'accepted' THEN 1 END) AS accepted"

// CheckInsByCommunity counts the open check-ins of each community in a subtree that has any.
func CheckInsByCommunity(tx *gorm.DB, path string) ([]CountedCheckIns, error) {
	var out []CountedCheckIns
	err := InSubtree(openCheckIns(tx), "nodes.path", path).Select("nodes.id, nodes.name, " + countOpen).
		Group("nodes.id, nodes.name").Order("accepted DESC, nodes.id").Find(&out).Error
	return out, err
}

// CheckInsByWorkUnit counts the open check-ins of each work unit in a subtree's communities.
func CheckInsByWorkUnit(tx *gorm.DB, path string) ([]CountedCheckIns, error) {
	var out []CountedCheckIns
	err := InSubtree(openCheckIns(tx), "nodes.path", path).Joins("JOIN work_units ON work_units.id = check_ins.work_unit_id").
		Select("work_units.id, work_units.name, " + countOpen).
		Group("work_units.id, work_units.name").Order("accepted DESC, work_units.id").Find(&out).Error
	return out, err
}

func openCheckIns(tx *gorm.DB) *gorm.DB {
	return tx.Table("check_ins").Joins("JOIN nodes ON nodes.id = check_ins.community_id").Where("check_ins.open_person_id IS NOT NULL")
}

// CountCheckedIn gives how many people who live in a subtree now have an accepted check-in.
func CountCheckedIn(tx *gorm.DB, path string) (int64, error) {
	var n int64
	q := tx.Model(&CheckIn{}).Joins("JOIN persons ON persons.id = check_ins.person_id").Joins("JOIN nodes ON nodes.id = persons.node_id")
	return n, InSubtree(q, "nodes.path", path).Where("check_ins.state = ? AND persons.state = ?", CheckInAccepted, PersonHere).Count(&n).Error
}
