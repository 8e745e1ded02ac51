import BureauAPI
import EngineKit
import Foundation
import GRPCCore
import Primitives
import SwiftProtobuf
import TestKit
import Testing

/// Consents by link, their renewal and their marks.
@Suite(.everyEngine) struct ConsentStories {
  private func invited(_ office: Office) async throws -> (
    max: Person, invitation: Bureau_V1_ConsentInvitation, link: String
  ) {
    let max = try await office.bureau.approver("Max")
    let invitation = try await office.kim.invites(max)
    let link = try #require(try await max.links(about: invitation.name).first)
    return (max, invitation, link)
  }

  @Test func `C-01 an approver consents by a link, without a session, once`() async throws {
    try await withOffice { office in
      let (max, invitation, link) = try await invited(office)
      let offer = try await max.reads(link, of: invitation)
      #expect(offer.userDisplayName == "Max" && offer.accounts.count == 1)
      let order = try await max.opens(link, of: invitation)
      #expect(order.visibleText == offer.text)
      try await max.approves(order)
      #expect(try await max.seesConsents().count { $0.user == max.name } == 1)
      #expect(try await office.kim.seesInvitations().map(\.state) == [.used])
      let refused = try await office.bureau.refusal { try await max.opens(link, of: invitation) }
      #expect(refused.reason == "CONSENT_LINK_USED")
    }
  }

  @Test func `C-01 a link is useless to anyone but the user it names`() async throws {
    try await withOffice { office in
      let (max, invitation, link) = try await invited(office)
      let order = try await max.opens(link, of: invitation)
      let refused = try await office.bureau.refusal { try await office.alex.approves(order) }
      #expect(refused.reason == "EVIDENCE_OTHER_PERSON")
      for wrong in ["", "guessed"] {
        let refused = try await office.bureau.refusal {
          try await max.opens(wrong, of: invitation)
        }
        #expect(refused.reason == "CONSENT_LINK_REFUSED")
      }
      try await max.approves(try await max.opens(link, of: invitation))
      #expect(try await max.seesConsents().count { $0.user == max.name } == 1)
    }
  }

  @Test func `C-01 a newer link replaces the older, also for what was begun by it`() async throws {
    try await withOffice { office in
      let (max, old, link) = try await invited(office)
      let begun = try await max.opens(link, of: old)
      let new = try await office.kim.invites(max, mobile: "+4790000009")
      let states = try await office.kim.seesInvitations().map(\.state)
      #expect(states.count == 2 && Set(states) == [.replaced, .open])
      let refused = try await office.bureau.refusal { try await max.opens(link, of: old) }
      #expect(refused.reason == "CONSENT_LINK_REFUSED")
      let late = try await office.bureau.refusal { try await max.approves(begun) }
      #expect(late.reason == "CONSENT_LINK_REFUSED")
      let newest = try #require(try await max.links(about: new.name).first)
      try await max.approves(try await max.opens(newest, of: new))
    }
  }

  @Test func `C-01 a link is over after its days, and an invited user may decline`() async throws {
    try await withOffice { office in
      let (max, invitation, link) = try await invited(office)
      let declined = try await max.declines(invitation, by: link, because: "Not my bank")
      #expect(declined.state == .declined && declined.note == "Not my bank")
      let used = try await office.bureau.refusal { try await max.opens(link, of: invitation) }
      #expect(used.reason == "CONSENT_LINK_USED")
      let again = try await office.kim.invites(max)
      let other = try #require(try await max.links(about: again.name).first)
      try await office.bureau.turnClock(to: "2026-03-16T08:00:01Z")
      let over = try await office.bureau.refusal { try await max.opens(other, of: again) }
      #expect(over.reason == "CONSENT_LINK_EXPIRED")
    }
  }

  @Test func `C-03 who has no bank rights is neither invited nor heard`() async throws {
    try await withOffice { office in
      let bureau = office.bureau
      let refused = try await bureau.refusal { try await office.kim.invites(office.kim) }
      #expect(refused.reason == "CONSENT_NO_BANK_RIGHTS")
      let own = try await bureau.refusal { try await office.kim.startsConsent() }
      #expect(own.code == .permissionDenied)
    }
  }

  @Test func `C-01 a renewal leaves no gap and is never counted twice`() async throws {
    try await withOffice { office in
      let first = try #require(try await office.alex.seesConsents().first)
      #expect(first.state == .active && first.rights.count == 3 && first.accounts.count == 1)
      try await office.bureau.turnClock(to: "2026-08-20T08:00:00Z")
      #expect(try await office.alex.seesConsents().map(\.state) == [.expiring])
      try await office.alex.consents()
      let both = try await office.alex.seesConsents()
      #expect(Set(both.map(\.state)) == [.superseded, .active] && both.count == 2)
      let marks = try await office.alex.seesMarks()
      let own = try #require(marks.users.first { $0.user == office.alex.name })
      #expect(own.consent && own.banks == ["dnb"])
      let refused = try await office.bureau.refusal {
        try await office.alex.revokes(consent: first.name)
      }
      #expect(refused.reason == "CONSENT_STATE")
    }
  }

  @Test func `C-01 two weeks before its end a consent's person is sent a link to renew it`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      try await bureau.turnClock(to: "2026-08-14T08:00:00Z")
      #expect(try await office.kim.seesInvitations().isEmpty)
      try await bureau.turnClock(to: "2026-08-16T08:00:00Z")
      let invitation = try #require(try await office.kim.seesInvitations().first)
      #expect(invitation.user == office.alex.name && invitation.state == .open)
      let link = try #require(try await office.alex.links(about: invitation.name).first)
      try await office.alex.approves(try await office.alex.opens(link, of: invitation))
      let states = try await office.alex.seesConsents().map(\.state)
      #expect(Set(states) == [.superseded, .active])
      // Once: not again for the consent that was renewed.
      try await bureau.turnClock(to: "2026-09-15T08:00:00Z")
      #expect(try await office.kim.seesInvitations().count == 1)
    }
  }

  @Test func `C-05 nobody is asked to renew what was revoked, or what may be given no more`()
    async throws
  {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      try await max.consents()
      try await max.revokes(
        consent: try #require(
          try await max.seesConsents().first { $0.user == max.name }
        ).name)
      _ = try await office.bureau.administrator.blocks(office.alex)
      try await office.bureau.turnClock(to: "2026-09-15T08:00:00Z")
      #expect(try await office.kim.seesInvitations().isEmpty)
    }
  }

  @Test func `C-05 C-06 C-07 agreement green for both, consent green for the director alone`()
    async throws
  {
    try await withOffice { office in
      let marks = try await office.kim.seesMarks()
      #expect(marks.integration && marks.bankData)
      func mark(_ person: Person) throws -> Bureau_V1_ConnectionMarks.UserMark {
        try #require(marks.users.first { $0.user == person.name })
      }
      #expect(try mark(office.alex).integration && mark(office.alex).consent)
      #expect(try mark(office.kim).integration && !mark(office.kim).consent)
    }
  }

  @Test func `C-04 with the last consent gone no bank data may be fetched`() async throws {
    try await withOffice { office in
      let consent = try #require(try await office.alex.seesConsents().first)
      try await office.alex.revokes(consent: consent.name)
      let marks = try await office.kim.seesMarks()
      #expect(!marks.bankData && marks.integration)
    }
  }

  @Test func `C-04 a statement waits for a consent, the answer to a payment does not`() async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      let payment = try await office.kim.imports(SupplierInvoice())
      try await office.alex.signs(payment)
      let consent = try #require(try await office.alex.seesConsents().first)
      try await bureau.turnClock(to: "2026-03-31T06:00:00Z")
      try await office.alex.revokes(consent: consent.name)
      try await bureau.bankSettles(on: "2026-03-31")
      #expect(try await office.kim.sees(payment).state == .paid)
      let statement = Data(
        #"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>"#.utf8)
      let before = try await office.kim.seesReturnFiles().count
      try await bureau.bankLeaves(statement, named: "camt053-1.xml")
      #expect(try await office.kim.seesReturnFiles().count == before)
      #expect(try bureau.files("from-bank").map(\.lastPathComponent) == ["camt053-1.xml"])
      try await office.alex.consents()
      try await bureau.turnClock(to: "2026-03-31T18:30:00Z")
      #expect(try await office.kim.seesReturnFiles().count == before + 1)
    }
  }

  @Test func `C-01 the radar tells which payments will lack an approver, and since when`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau
      func gaps(_ parent: String, days: Int32 = 366) async throws -> [Bureau_V1_ConsentGap] {
        try await office.kim.calls { connection, metadata in
          try await connection.consents.listConsentGaps(
            .with {
              $0.parent = parent
              $0.horizonDays = days
            }, metadata: metadata)
        }.consentGaps
      }
      let company = try bureau.company
      let payment = try await office.kim.imports(SupplierInvoice())
      #expect(try await gaps(company.name).isEmpty)
      let consent = try #require(try await office.alex.seesConsents().first)
      try await office.alex.revokes(consent: consent.name)
      let found = try await gaps(company.name)
      #expect(found.map(\.cause) == [.noConsent] && found.first?.bank == "dnb")
      #expect(found.first?.payments == [payment.name] && found.first?.paymentCount == 1)
      #expect(try await gaps(bureau.name) == found, "the same over the whole bureau")
      #expect(try await gaps(company.name, days: 1).isEmpty, "beyond the horizon")
      let refused = try await bureau.refusal { try await gaps(company.name, days: 367) }
      #expect(refused.reason == "CONSENT_HORIZON_INVALID")
      let stranger = try await bureau.makeCompany("Fremmed AS")
      let denied = try await bureau.refusal { try await gaps(stranger.name) }
      #expect(denied.code == .permissionDenied, "kim has no role there")
    }
  }
}
