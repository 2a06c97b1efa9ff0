package app

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/tangoguard/tangoguard/tangoclient"
	"github.com/tangoguard/tangoguard/validate"
)

// problem is one thing that keeps an order from being placed. Start and End are byte offsets into the text that
// stands at Pointer; both are 0 when it is the whole.
type problem struct {
	Pointer string         `json:"pointer"`
	Message string         `json:"message"`
	Class   validate.Class `json:"class,omitempty"`
	Rule    string         `json:"rule,omitempty"`
	Start   int            `json:"start"`
	End     int            `json:"end"`
}

// preview is POST /preview: what would be refused or changed of an order, and why. Nothing is sent to Tango. The
// guard in front of it only reports; a real backend would not tell the rules to the public.
func (a *App) preview(c echo.Context) error {
	var order tangoclient.OrderRequest
	var tree any
	body, err := io.ReadAll(c.Request().Body) // the guard has bounded it
	if err != nil {
		return err
	}
	if err := errors.Join(json.Unmarshal(body, &tree), json.Unmarshal(body, &order)); err != nil {
		return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	problems := []problem{}
	eachText("", tree, func(pointer, text string) {
		for _, f := range validate.Inspect(text) {
			problems = append(problems, problem{pointer, "looks like an attack", f.Class, f.Rule, f.Start, f.End})
		}
	})
	var refused *tangoclient.RefusedError
	if err := a.client.Preflight(order); errors.As(err, &refused) {
		for _, f := range refused.Fields {
			problems = append(problems, problem{Pointer: f.Pointer, Message: f.Message})
		}
	} else if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"problems": problems})
}

// eachText calls f for every string in a decoded JSON value. The guard has bounded its depth.
func eachText(pointer string, v any, f func(pointer, text string)) {
	switch v := v.(type) {
	case string:
		f(pointer, v)
	case []any:
		for i, x := range v {
			eachText(fmt.Sprintf("%s/%d", pointer, i), x, f)
		}
	case map[string]any:
		for k, x := range v {
			eachText(pointer+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(k), x, f)
		}
	}
}
