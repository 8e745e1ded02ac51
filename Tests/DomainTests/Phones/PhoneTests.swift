import Domain
import Primitives
import Testing

@Suite struct PhoneRulesTests {
  private let user = User.alex.id
  private func number(_ text: String) throws -> PhoneNumber { try PhoneRules.number(text) }

  private func code(_ number: PhoneNumber, tries: Int = 5, sent: Instant = monday) -> PhoneCode {
    PhoneCode(
      number: number, digest: [1, 2, 3], triesLeft: tries, sendTime: sent, hourStart: sent,
      sentInHour: 1)
  }

  @Test func `S-04 a number is confirmed by its code in time, with a try left`() throws {
    let own = try number("+46701234567"), other = try number("+46701234568")
    let entered = Phone(number: own, state: .unconfirmed)
    func confirming(_ digest: [UInt8], _ phone: Phone?, _ code: PhoneCode?, _ minutes: Int = 4)
      throws -> [Fact]
    {
      try PhoneRules.confirming(
        digest, by: user, known: phone, code: code, at: monday.adding(minutes: minutes))
    }
    #expect(throws: PhoneError.absent) { try confirming([1, 2, 3], nil, code(own)) }
    #expect(throws: PhoneError.confirmed) {
      try confirming([1, 2, 3], Phone(number: own, state: .confirmed), code(own))
    }
    #expect(throws: PhoneError.codeEnded) { try confirming([1, 2, 3], entered, nil) }
    #expect(throws: PhoneError.codeEnded) { try confirming([1, 2, 3], entered, code(other)) }
    #expect(throws: PhoneError.codeEnded) { try confirming([1, 2, 3], entered, code(own), 5) }
    #expect(throws: PhoneError.codeEnded) {
      try confirming([1, 2, 3], entered, code(own, tries: 0))
    }
    #expect(throws: PhoneError.codeWrong(left: 4)) {
      try confirming([1, 2, 4], entered, code(own))
    }
    #expect(throws: PhoneError.codeWrong(left: 4)) { try confirming([], entered, code(own)) }
    #expect(
      try confirming([1, 2, 3], entered, code(own))
        == [.phoneConfirmed(PhoneConfirmed(user: user, number: own))])
  }

  @Test func `S-05 another code is sent while the number is not confirmed`() throws {
    let own = try number("+46701234567")
    let entered = Phone(number: own, state: .unconfirmed)
    #expect(throws: PhoneError.absent) { try PhoneRules.resending(to: nil, last: nil, at: monday) }
    #expect(throws: PhoneError.confirmed) {
      try PhoneRules.resending(
        to: Phone(number: own, state: .confirmed), last: nil, at: monday)
    }
    #expect(throws: PhoneError.tooSoon) {
      try PhoneRules.resending(to: entered, last: code(own), at: monday.adding(seconds: 29))
    }
    #expect(
      try PhoneRules.resending(to: entered, last: code(own), at: monday.adding(seconds: 30))
        == own)
  }

  @Test func `S-05 five codes go out within an hour, to whatever numbers`() throws {
    let own = try number("+46701234567"), other = try number("+46701234568")
    var last: PhoneCode?
    for sent in 1...5 {
      last = try PhoneCode.following(
        last, to: sent % 2 == 0 ? own : other, digest: [9], at: monday.adding(minutes: sent))
      #expect(last?.sentInHour == sent && last?.triesLeft == 5)
    }
    #expect(throws: PhoneError.tooMany) {
      try PhoneCode.following(last, to: own, digest: [9], at: monday.adding(minutes: 60))
    }
    let next = try PhoneCode.following(last, to: own, digest: [9], at: monday.adding(minutes: 61))
    #expect(next.sentInHour == 1 && next.number == own && next.digest == [9])
  }

  @Test func `a changed number is entered, the same is not`() throws {
    let own = try number("+46701234567"), other = try number("+46701234568")
    let confirmed = Phone(number: own, state: .confirmed)
    #expect(throws: PhoneError.same(.confirmed)) {
      try PhoneRules.entering(own, by: user, known: confirmed)
    }
    #expect(
      try PhoneRules.entering(other, by: user, known: confirmed)
        == [.phoneEntered(PhoneEntered(user: user, number: other))])
  }
}

@Suite struct SMSSigningTests {
  @Test func `S-01 S-02 S-04 S-06 each condition that fails has its own name, the company's first`()
    throws
  {
    let own = try PhoneNumber("+46701234567"), other = try PhoneNumber("+46701234568")
    let confirmed = Phone(number: own, state: .confirmed)
    let entered = Phone(number: own, state: .unconfirmed)
    for (company, profile, missing) in [
      (nil, nil, [.companyNumberMissing, .profileNumberMissing]),
      (nil, confirmed, [.companyNumberMissing]),
      (nil, entered, [.companyNumberMissing, .profileNumberUnconfirmed]),
      (own, nil, [.profileNumberMissing]),
      (own, entered, [.profileNumberUnconfirmed]),
      (other, confirmed, [.numbersDiffer]),
      (other, entered, [.profileNumberUnconfirmed, .numbersDiffer]),
      (own, confirmed, []),
    ] as [(PhoneNumber?, Phone?, [SMSSigningError])] {
      #expect(SMSSigning.missing(company: company, profile: profile) == missing)
      if let first = missing.first {
        #expect(throws: first) { try SMSSigning.require(company: company, profile: profile) }
      } else {
        try SMSSigning.require(company: company, profile: profile)
      }
    }
  }
}
