package model

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// AssociationKind is what brings the people of an association together.
type AssociationKind string

// The kinds of association.
const (
	ArtsAssociation      AssociationKind = "arts"
	SportsAssociation    AssociationKind = "sports"
	ReadingAssociation   AssociationKind = "reading"
	GamesAssociation     AssociationKind = "games"
	CraftsAssociation    AssociationKind = "crafts"
	HealthAssociation    AssociationKind = "health"
	VolunteerAssociation AssociationKind = "volunteers"
	OtherAssociation     AssociationKind = "other"
)

// AssociationKinds gives the kinds, in the order in which people choose.
func AssociationKinds() []AssociationKind {
	return []AssociationKind{
		ArtsAssociation, SportsAssociation, ReadingAssociation, GamesAssociation,
		CraftsAssociation, HealthAssociation, VolunteerAssociation, OtherAssociation,
	}
}

// Title is what people call the kind.
func (k AssociationKind) Title() string {
	return map[AssociationKind]string{
		ArtsAssociation: "文艺", SportsAssociation: "体育", ReadingAssociation: "读书", GamesAssociation: "棋牌",
		CraftsAssociation: "手工", HealthAssociation: "健康", VolunteerAssociation: "志愿服务", OtherAssociation: "其他",
	}[k]
}

// Association is people with one interest (趣缘联谊会) at a node. Its lead is a person, in no role; what
// they may do ends when they hand over or the association ends. ActiveName holds the name while it is
// in being.
type Association struct {
	_ struct{} `privacy:"about=resident; why=趣缘联谊会和负责人; kept=always; because=联谊会的沿革要能追溯"`

	ID          int64
	NodeID      int64
	Kind        AssociationKind `privacy:"mark"`
	Name        string          `privacy:"none"`
	LeadID      int64           `privacy:"person"`
	FoundedAt   time.Time
	FoundedByID int64
	EndedAt     *time.Time
	EndedByID   int64
	EndReason   string  `privacy:"reason"`
	ActiveName  *string `privacy:"none"`
}

// Refusals about associations.
var (
	ErrAssociationNotFound = fault.New(fault.NotFound, "association.not_found", "没有找到这个联谊会，或者不由您办理。请回到列表重试。")
	ErrAssociationKind     = fault.New(fault.Invalid, "association.kind_unknown", "没有这一类联谊会，请从列表里选择。")
	ErrAssociationName     = fault.New(fault.Conflict, "association.name_taken", "这里已经有同名的联谊会，请换一个名称。")
	ErrAssociationPlace    = fault.New(fault.Invalid, "association.node_unfit", "联谊会建在社区、网格、楼栋或单元，请重新选择地方。")
	ErrAssociationEnded    = fault.New(fault.Conflict, "association.ended", "这个联谊会已经解散，不能再办理。如果需要，请重新成立。")
	ErrAssociationSameLead = fault.New(fault.Conflict, "association.same_lead", "这位居民已经是负责人，不用再换。")
)

// FoundAssociation stores a new association. Two in being at one node have two names.
func FoundAssociation(tx *gorm.DB, a *Association) error {
	if !slices.Contains(AssociationKinds(), a.Kind) {
		return ErrAssociationKind
	}
	a.ActiveName = &a.Name
	return refuseDuplicate(tx.Create(a).Error, ErrAssociationName)
}

// AssociationByID gives an association, ended or not.
func AssociationByID(tx *gorm.DB, id int64) (Association, error) {
	var a Association
	return a, take(tx.Where("id = ?", id), &a, ErrAssociationNotFound)
}

// LeadAssociation gives one in being another lead.
func LeadAssociation(tx *gorm.DB, id, lead int64) error {
	return changed(tx.Model(&Association{}).Where("id = ? AND active_name IS NOT NULL", id).Update("lead_id", lead), ErrAssociationEnded)
}

// AssociationNamed tells whether one in being at a node has a name.
func AssociationNamed(tx *gorm.DB, node int64, name string) (bool, error) {
	var n int64
	err := tx.Model(&Association{}).Where("node_id = ? AND active_name = ?", node, name).Count(&n).Error
	return n > 0, err
}

// CarryAssociation makes one in being another node's, by a name that nobody has there.
func CarryAssociation(tx *gorm.DB, id, to int64, name string) error {
	moved := tx.Model(&Association{}).Where("id = ? AND active_name IS NOT NULL", id).Updates(map[string]any{"node_id": to, "name": name, "active_name": name})
	return refuseDuplicate(changed(moved, ErrAssociationEnded), ErrAssociationName)
}

// EndAssociation ends one in being.
func EndAssociation(tx *gorm.DB, id, by int64, reason string, now time.Time) error {
	return changed(tx.Model(&Association{}).Where("id = ? AND active_name IS NOT NULL", id).
		Updates(map[string]any{"ended_at": now, "ended_by_id": by, "end_reason": reason, "active_name": nil}), ErrAssociationEnded)
}

// AssociationsAt gives those in being at a node itself.
func AssociationsAt(tx *gorm.DB, node int64) ([]Association, error) {
	var out []Association
	return out, tx.Where("node_id = ? AND active_name IS NOT NULL", node).Order("id").Find(&out).Error
}

// ListedAssociation is an association with the names that belong to it, and where its lead is.
type ListedAssociation struct {
	Association
	NodeName  string
	NodePath  string
	LeadName  string
	LeadState PersonState
	LeadPath  string
}

func listedAssociations(tx *gorm.DB) *gorm.DB {
	return tx.Table("associations").
		Select("associations.*, nodes.name AS node_name, nodes.path AS node_path, persons.name AS lead_name, persons.state AS lead_state, homes.path AS lead_path").
		Joins("JOIN nodes ON nodes.id = associations.node_id").Joins("JOIN persons ON persons.id = associations.lead_id").
		Joins("JOIN nodes AS homes ON homes.id = persons.node_id")
}

// ListedAssociationByID gives an association with its names, ended or not.
func ListedAssociationByID(tx *gorm.DB, id int64) (ListedAssociation, error) {
	var a ListedAssociation
	return a, take(listedAssociations(tx).Where("associations.id = ?", id), &a, ErrAssociationNotFound)
}

// AssociationsUnder lists those in being in a subtree, the newest first.
func AssociationsUnder(tx *gorm.DB, path string, s Slice) ([]ListedAssociation, error) {
	var out []ListedAssociation
	q := InSubtree(listedAssociations(tx), "nodes.path", path).Where("associations.active_name IS NOT NULL")
	return out, s.Newest(q, "associations.id").Find(&out).Error
}

// AllAssociationsOf gives every association that a person is the lead of, ended ones included.
func AllAssociationsOf(tx *gorm.DB, person int64) ([]Association, error) {
	var out []Association
	return out, tx.Where("lead_id = ?", person).Order("id").Find(&out).Error
}

// AssociationsLedBy lists all of those in being whose lead a person is, the newest first.
func AssociationsLedBy(tx *gorm.DB, person int64) ([]ListedAssociation, error) {
	var out []ListedAssociation
	return out, listedAssociations(tx).Where("associations.lead_id = ? AND associations.active_name IS NOT NULL", person).Order("associations.id DESC").Find(&out).Error
}
