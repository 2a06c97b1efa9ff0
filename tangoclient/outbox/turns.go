package outbox

import "slices"

// id names an entry.
type id struct{ tenant, ref string }

// job is an entry whose turn it is to be looked at.
type job struct {
	id
	bulk bool
}

// turns is the queue: single orders pass bulk ones, and within each the tenants take turns.
type turns struct{ single, bulk lane }

func (t *turns) lane(bulk bool) *lane {
	if bulk {
		return &t.bulk
	}
	return &t.single
}

func (t *turns) push(j job) { t.lane(j.bulk).push(j) }

func (t *turns) pop() (job, bool) {
	if j, ok := t.single.pop(); ok {
		return j, true
	}
	return t.bulk.pop()
}

// remove takes an entry out of the queue, and reports whether it was there.
func (t *turns) remove(i id) bool { return t.single.remove(i) || t.bulk.remove(i) }

// lane is one queue a tenant, and whose turn it is.
type lane struct {
	tenants []string // those who wait, the next one first
	waiting map[string][]job
}

func (l *lane) push(j job) {
	if l.waiting == nil {
		l.waiting = map[string][]job{}
	}
	if len(l.waiting[j.tenant]) == 0 {
		l.tenants = append(l.tenants, j.tenant)
	}
	l.waiting[j.tenant] = append(l.waiting[j.tenant], j)
}

func (l *lane) pop() (job, bool) {
	if len(l.tenants) == 0 {
		return job{}, false
	}
	t := l.tenants[0]
	l.tenants = l.tenants[1:]
	j := l.waiting[t][0]
	if l.waiting[t] = l.waiting[t][1:]; len(l.waiting[t]) > 0 {
		l.tenants = append(l.tenants, t)
	} else {
		delete(l.waiting, t)
	}
	return j, true
}

func (l *lane) remove(i id) bool {
	at := slices.IndexFunc(l.waiting[i.tenant], func(j job) bool { return j.id == i })
	if at < 0 {
		return false
	}
	if l.waiting[i.tenant] = slices.Delete(l.waiting[i.tenant], at, at+1); len(l.waiting[i.tenant]) == 0 {
		delete(l.waiting, i.tenant)
		l.tenants = slices.DeleteFunc(l.tenants, func(t string) bool { return t == i.tenant })
	}
	return true
}
