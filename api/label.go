package api

import (
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemasKey is where a huma context carries the registry that an operation's schemas are named in.
type schemasKey struct{}

// lacking is what is said of a field that is missing, by its name in JSON.
var lacking = regexp.MustCompile(`^缺少 (\S+)，请填写$`)

// labelled says in people's words which field a message is about, as far as its description has any:
// a person who reads "缺少 work_unit", or "太短" of a form with ten fields, knows no more than before.
func labelled(ctx huma.Context, p *Problem) {
	schemas, _ := ctx.Context().Value(schemasKey{}).(huma.Registry)
	if schemas == nil || ctx.Operation() == nil {
		return
	}
	for i, e := range p.Errors {
		if m := lacking.FindStringSubmatch(e.Message); m != nil {
			if label := labelAt(ctx.Operation(), schemas, e.Location+"."+m[1]); label != "" {
				p.Errors[i].Message = "缺少“" + label + "”，请填写"
			}
		} else if label := labelAt(ctx.Operation(), schemas, e.Location); label != "" {
			p.Errors[i].Message = "“" + label + "”" + strings.ReplaceAll(e.Message, ", ", "、")
		}
	}
}

// labelAt gives what a place of an operation's input is called, "" when its description does not say.
func labelAt(op *huma.Operation, schemas huma.Registry, place string) string {
	steps := strings.Split(place, ".")
	if steps[0] != "body" {
		for _, p := range op.Parameters {
			if p.In == steps[0] && len(steps) == 2 && p.Name == steps[1] {
				return shortened(p.Description)
			}
		}
		return ""
	}
	if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
		return ""
	}
	s, label := op.RequestBody.Content["application/json"].Schema, ""
	for _, step := range steps[1:] {
		name, _, _ := strings.Cut(step, "[")
		if s = resolved(s, schemas); s == nil || s.Properties[name] == nil {
			return ""
		}
		s = s.Properties[name]
		label = s.Description
	}
	return shortened(label)
}

// resolved gives the object that a schema means: what it refers to, and the items of a list.
func resolved(s *huma.Schema, schemas huma.Registry) *huma.Schema {
	for s != nil {
		switch {
		case s.Ref != "":
			s = schemas.SchemaFromRef(s.Ref)
		case s.Type == huma.TypeArray:
			s = s.Items
		default:
			return s
		}
	}
	return nil
}

// shortened is the name that a description begins with.
func shortened(description string) string {
	if end := strings.IndexAny(description, "，；：。（、"); end >= 0 {
		description = description[:end]
	}
	return strings.TrimSpace(description)
}

func init() {
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		err := huma.NewError(status, message, errs...)
		if p, ok := err.(*Problem); ok && ctx != nil {
			labelled(ctx, p)
		}
		return err
	}
}
