package service

import (
	"danyuan/model"
	"danyuan/service/paper"
)

// DataSection is a part of a person's data, as lines to be read.
type DataSection = paper.Section

// MyDataPaper draws a person's data as a PDF.
func (s *Service) MyDataPaper(sections []DataSection) ([]byte, error) {
	return paper.Document{
		Title: "我的个人信息", At: s.now().In(model.Beijing), Sections: sections,
		Opening: "以下是系统里关于您本人的全部数据，内容和小程序“我的信息”相同。其中有完整的手机号、身份证号等，请妥善保管，不要转发给别人。",
	}.Write()
}
