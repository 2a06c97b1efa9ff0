package tangotest

type chain struct{}
