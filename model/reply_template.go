package model

import (
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
)

// Bounds of reply templates. A node has few enough for one screen to choose from.
const (
	MaxTemplateTitle   = 40
	MaxTemplateWords   = 500
	MostReplyTemplates = 50
)

// ReplyTemplate is a text that officers of a node and below can answer with.
type ReplyTemplate struct {
	_ struct{} `privacy:"about=officer; why=答复模板; kept=always; because=经办人自己删除"`

	ID       int64
	NodeID   int64
	Title    string `privacy:"none"`
	Words    string `privacy:"none"`
	MadeByID int64
	MadeAt   time.Time
}

// Refusals about reply templates.
var (
	ErrTemplateNotFound = fault.New(fault.NotFound, "reply_template.not_found", "没有找到这条常用回复，或者您不能修改。请刷新列表后重试。")
	ErrTemplatePlace    = fault.New(fault.Invalid, "reply_template.place_unfit", "常用回复放在社区、网格、楼栋或单元里，请换一个地方。")
	ErrTemplatesFull    = fault.New(fault.Conflict, "reply_template.too_many", "这里的常用回复已经有50条。请先删除不用的，再添加。")
)

// ListedReplyTemplate is a template with the name of its node.
type ListedReplyTemplate struct {
	ReplyTemplate
	NodeName string
}

// ReplyTemplatesOf gives the templates of nodes, those of each in the order in which they were made.
func ReplyTemplatesOf(tx *gorm.DB, nodes []int64) ([]ListedReplyTemplate, error) {
	var out []ListedReplyTemplate
	err := tx.Model(&ReplyTemplate{}).Select("reply_templates.*, nodes.name AS node_name").Joins("JOIN nodes ON nodes.id = reply_templates.node_id").
		Where("reply_templates.node_id IN ?", nodes).Order("nodes.path DESC, reply_templates.id").Find(&out).Error
	return out, err
}

// AddReplyTemplate stores a template of a node that is locked.
func AddReplyTemplate(tx *gorm.DB, r *ReplyTemplate) error {
	var n int64
	if err := tx.Model(&ReplyTemplate{}).Where("node_id = ?", r.NodeID).Count(&n).Error; err != nil {
		return err
	}
	if n >= MostReplyTemplates {
		return ErrTemplatesFull
	}
	return tx.Create(r).Error
}

// LockReplyTemplate gives a template, and keeps others from deleting it until the transaction ends.
func LockReplyTemplate(tx *gorm.DB, id int64) (ReplyTemplate, error) {
	var r ReplyTemplate
	return r, take(forUpdate(tx).Where("id = ?", id), &r, ErrTemplateNotFound)
}

// DeleteReplyTemplate deletes it. Answers that were made with it stay as they are.
func DeleteReplyTemplate(tx *gorm.DB, id int64) error {
	return changed(tx.Where("id = ?", id).Delete(&ReplyTemplate{}), ErrTemplateNotFound)
}

// CarryReplyTemplates makes the templates of a grid that has ended those of another node. It may have more than it could
// be given then: some must be deleted before another is added.
func CarryReplyTemplates(tx *gorm.DB, from, to int64) error {
	return tx.Model(&ReplyTemplate{}).Where("node_id = ?", from).Update("node_id", to).Error
}
