package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/model"
	"danyuan/service"
)

// labels name the fields of a person's data that carry no explanation of their own.
var labels = map[string]string{
	"id": "编号", "person_id": "编号", "name": "姓名", "title": "名称", "state": "状态", "way": "方式", "node": "所在地", "unit": "单元", "kind": "层级",
	"at": "时间", "by": "经办人", "asked_at": "申请时间", "applied_at": "申请时间", "ended_at": "结束时间", "shown_at": "亮出时间", "joined_at": "加入时间",
	"founded_at": "成立时间", "starts_at": "开始时间", "signed_at": "报名时间", "off_at": "退出时间", "reason": "原因", "pledge": "承诺", "skills": "特长",
	"name_form": "姓名写法", "on_page": "亮在单元页", "in_group": "亮在微信群", "on_door": "亮在门上", "community": "社区", "matter_id": "事项编号", "category_name": "类别", "category": "类别代码", "step_title": "层级", "relation": "关系", "node_name": "地方", "reported_at": "上报时间",
	"consents": "授权", "version": "版本", "purpose": "用途", "seq": "第几步", "words": "内容", "answer": "回答", "question": "问题", "role": "职务",
	"membership": "党员情况", "what": "修改了什么", "check_state": "内容审核", "anonymity": "匿名方式", "outcome": "销号结果", "step": "现在在哪一级",
}

// sectionsOf turns the view of a person's data into lines, field by field: what the view has, the paper has.
func sectionsOf(view myDataView) (all []service.DataSection) {
	v := reflect.ValueOf(view)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		section := service.DataSection{Title: label(f)}
		switch part := v.Field(i); part.Kind() {
		case reflect.Slice:
			for n := range part.Len() {
				section.Lines = append(section.Lines, fmt.Sprintf("%d. %s", n+1, say(part.Index(n))))
			}
		default:
			section.Lines = linesOf(part)
		}
		if len(section.Lines) == 0 {
			section.Lines = []string{"没有"}
		}
		all = append(all, section)
	}
	return all
}

// linesOf gives a line for each field that holds something.
func linesOf(v reflect.Value) (lines []string) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			lines = append(lines, linesOf(v.Field(i))...)
			continue
		}
		if said := say(v.Field(i)); said != "" && !isCode(v.Type(), f) {
			lines = append(lines, label(f)+"："+cmp.Or(titlesIn(f)[said], said))
		}
	}
	return lines
}

// titlesIn gives what the values of a field are called, where its explanation says it of each.
func titlesIn(f reflect.StructField) map[string]string {
	words, _, _ := strings.Cut(f.Tag.Get("doc"), "；")
	values, called := strings.Split(f.Tag.Get("enum"), ","), strings.Split(words, "、")
	if f.Tag.Get("enum") == "" || len(values) != len(called) {
		return nil
	}
	all := make(map[string]string, len(values))
	for i, value := range values {
		all[value] = called[i]
	}
	return all
}

// isCode tells whether another field of the struct says the same as this one, in words.
func isCode(t reflect.Type, f reflect.StructField) bool {
	name := nameOf(f)
	for i := range t.NumField() {
		switch nameOf(t.Field(i)) {
		case name + "_title", name + "_name":
			return true
		case "title": // of the role; or, where it is explained, of the state: an activity's is only its name
			if name == "role" || name == "state" && t.Field(i).Tag.Get("doc") != "" {
				return true
			}
		}
	}
	return false
}

func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// say gives a value as it is read, "" for nothing.
func say(v reflect.Value) string {
	switch at := v.Interface().(type) {
	case time.Time:
		if at.IsZero() {
			return ""
		}
		return at.Format("2006-01-02 15:04")
	case ID:
		return fmt.Sprint(int64(at))
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return say(v.Elem())
	case reflect.Struct:
		return strings.Join(linesOf(v), "；")
	case reflect.Slice:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, "（"+say(v.Index(i))+"）")
		}
		return strings.Join(parts, "")
	case reflect.Bool:
		if v.Bool() {
			return "是"
		}
		return "否"
	default:
		return fmt.Sprint(v.Interface())
	}
}

// label is what a field is called: the beginning of its explanation.
func label(f reflect.StructField) string {
	name, doc := nameOf(f), f.Tag.Get("doc")
	if titlesIn(f) != nil {
		doc = ""
	}
	if end := strings.IndexAny(doc, "，；："); end > 0 {
		doc = doc[:end]
	}
	return cmp.Or(strings.TrimSuffix(doc, "的中文"), labels[name], name)
}

// myDataFile is the route that gives it as a PDF.
func myDataFile(path, id, summary string, who Who) route {
	return dataFile(path, id, summary, who, "我的个人信息", "my-data.pdf", (*API).myData, (*service.Service).MyDataPaper)
}

// childDataFile is the route that gives a child's to their guardian.
func childDataFile(path, id, summary string, who Who) route {
	return dataFile(path, id, summary, who, "孩子的个人信息", "child-data.pdf", (*API).childData, (*service.Service).ChildDataPaper)
}

func dataFile[In any](path, id, summary string, who Who, what, file string, read func(a *API, ctx context.Context, by model.Actor, in *In) (myDataView, error),
	draw func(s *service.Service, sections []service.DataSection) ([]byte, error),
) route {
	const kind = "application/pdf"
	return route{method: http.MethodGet, path: path, id: id, summary: summary, who: who, room: long, mount: func(a *API, r route) {
		op := r.operation()
		op.Responses = map[string]*huma.Response{"200": {Description: what, Content: map[string]*huma.MediaType{
			kind: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}}
		huma.Register(a.huma, op, func(ctx context.Context, in *In) (*fileOut, error) {
			view, err := read(a, ctx, actorIn(ctx), in)
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			pdf, err := draw(a.s, sectionsOf(view))
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			return &fileOut{kind, "attachment; filename=" + file, "private, no-store", "nosniff", pdf}, nil
		})
	}}
}
