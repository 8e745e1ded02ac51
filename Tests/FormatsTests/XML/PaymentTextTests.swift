import Formats
import Testing

@Suite struct PaymentTextTests {
  @Test(arguments: [
    ("Leverandør Én AS", "Leverandør Én AS", "Leverandör En AS", "Leverandoer En AS"),
    ("Färg & Måleri", "Färg & Måleri", "Färg + Måleri", "Faerg + Maaleri"),
    ("  A \t\n B\u{0}C  ", "A B C", "A B C", "A B C"),
    ("Cafe\u{301}", "Café", "Cafe", "Cafe"),
    ("Łódź; Þór “x”_<y>", "Lódz, THór 'x'-(y)", "Lodz, THor 'x'-(y)", "Lodz, THor 'x'-(y)"),
    ("ﬁsk № ½ Ａ", "fisk No 1/2 A", "fisk No 1/2 A", "fisk No 1/2 A"),
    ("日本", "..", "..", ".."),
    ("đ Đ ð", "d D d", "d D d", "d D d"),
    (" \n ", "", "", ""),
  ])
  func `text is transliterated`(
    text: String, nordic: String, swedish: String, sepa: String
  ) {
    #expect(PaymentText.render(text, set: .nordic, max: 70) == nordic)
    #expect(PaymentText.render(text, set: .swedish, max: 70) == swedish)
    #expect(PaymentText.render(text, set: .sepa, max: 70) == sepa)
  }

  @Test func `a longer form never passes the field`() {
    #expect(PaymentText.render("Bjørk", set: .sepa, max: 4) == "Bjoe")
    #expect(PaymentText.render("Bjørk", set: .sepa, max: 3) == "Bjo")
    #expect(PaymentText.render("ab cd", set: .sepa, max: 3) == "ab")
    #expect(PaymentText.render("ab", set: .sepa, max: 0) == "")
  }

  @Test(arguments: PaymentText.CharacterSet.allCases, [UInt64](1...40))
  func `rendering twice is rendering once`(set: PaymentText.CharacterSet, seed: UInt64) throws {
    var random = Seeded(seed)
    for _ in 0..<50 {
      let text = random.text(upTo: 60)
      let max = Int.random(in: 0...40, using: &random)
      let once = PaymentText.render(text, set: set, max: max)
      #expect(once.unicodeScalars.count <= max)
      #expect(PaymentText.render(once, set: set, max: max) == once)
      #expect(PaymentText.render(once, set: set, max: 140) == once)
    }
  }

  @Test(arguments: [
    ("BUR-1/2", true), ("/A", false), ("A//B", false), ("A/", false), ("", false), (" A", false),
    ("Å", false), (String(repeating: "a", count: 35), true),
    (String(repeating: "a", count: 36), false),
  ])
  func `identifiers hold to the basic set and the slash rules`(text: String, valid: Bool) {
    #expect(PaymentText.isIdentifier(text) == valid)
  }
}
