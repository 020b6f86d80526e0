//go:build !race

package exportmail

const slower = 1
