package extract

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"github.com/igwatchd/igwatchd/internal/album"
)

// xmp returns a sidecar (ISO 16684-1) with what photo programs look for: Immich and digiKam take
// the date from exif:DateTimeOriginal and photoshop:DateCreated, the caption from dc:description,
// and the place from exif:GPSLatitude and GPSLongitude. Times carry their offset, which is zero.
func xmp(at time.Time, caption string, place *album.Place) string {
	var b strings.Builder
	b.WriteString(`<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">
`)
	if !at.IsZero() {
		stamp := at.UTC().Format("2006-01-02T15:04:05+00:00")
		for _, tag := range []string{"exif:DateTimeOriginal", "xmp:CreateDate", "photoshop:DateCreated"} {
			fmt.Fprintf(&b, "   <%s>%s</%s>\n", tag, stamp, tag)
		}
	}
	if place != nil {
		fmt.Fprintf(&b, "   <exif:GPSLatitude>%s</exif:GPSLatitude>\n", degrees(place.Latitude, "N", "S"))
		fmt.Fprintf(&b, "   <exif:GPSLongitude>%s</exif:GPSLongitude>\n", degrees(place.Longitude, "E", "W"))
	}
	if caption != "" {
		b.WriteString(`   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">` + escaped(caption) + "</rdf:li></rdf:Alt></dc:description>\n")
	}
	b.WriteString("  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n")
	return b.String()
}

// degrees writes a coordinate as XMP has it: degrees, minutes with fraction, direction.
func degrees(d float64, plus, minus string) string {
	direction := plus
	if d < 0 {
		d, direction = -d, minus
	}
	whole := int(d)
	minutes := (d - float64(whole)) * 60
	if minutes >= 59.999999995 { // would be shown as 60
		whole, minutes = whole+1, 0
	}
	return fmt.Sprintf("%d,%.8f%s", whole, minutes, direction)
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail; characters that XML cannot hold are replaced
	return b.String()
}
