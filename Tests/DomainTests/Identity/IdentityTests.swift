import Domain
import Primitives
import Testing

@Suite struct EvidenceTests {
  private let order = Order(
    id: key(70), purpose: .consent(bank: "dnb"), company: key(2), user: User.alex.id,
    state: .pending, visibleText: "text", nonVisibleData: [1], startTime: monday)

  @Test func `the right person over the right content is accepted`() throws {
    try Evidence.by(person(10)).check(order, signer: person(10))
  }

  @Test func `another person or another content is refused`() {
    #expect(throws: IdentityError.otherPerson) {
      try Evidence.by(person(11)).check(order, signer: person(10))
    }
    var shown = Evidence.by(person(10))
    shown.visibleText = "text "
    #expect(throws: IdentityError.otherContent) { try shown.check(order, signer: person(10)) }
    var hidden = Evidence.by(person(10))
    hidden.nonVisibleData = [1, 0]
    #expect(throws: IdentityError.otherContent) { try hidden.check(order, signer: person(10)) }
  }
}

@Suite struct SessionTests {
  private let limits = Session.Limits(idleSeconds: 300, absoluteSeconds: 3600)

  @Test(
    arguments: [
      (0, 0, true), (0, 299, true), (0, 300, false), (3500, 3599, true),
      (3500, 3600, false),
    ] as [(Int, Int, Bool)])
  func `a session ends after idling and after its whole time`(lastUse: Int, now: Int, live: Bool) {
    let session = Session(
      id: key(71), user: User.alex.id, startTime: monday,
      lastUseTime: monday.adding(seconds: lastUse))
    let time = monday.adding(seconds: now)
    #expect(session.isLive(at: time, limits: limits) == live)
    #expect((time < session.expireTime(limits)) == live)
  }

  @Test func `without other limits it idles five minutes`() {
    #expect(Session.Limits().idleSeconds == 300)
    #expect(Session.Limits().absoluteSeconds == 28_800)
  }
}
