import { type Domain, day, flag, int, num, oneOf, ref, text } from '../vocabulary.ts'

export const legalCompliance: Domain = {
  name: 'legal_compliance',
  settings: [
    { name: 'immigration', phrase: 'immigration lawyers', columns: { home_country: text('country') } },
    { name: 'patent', phrase: 'patent attorneys', columns: { claims_count: int(1, 60, 'claims') } },
    { name: 'employment', phrase: 'employment law', columns: { works_council_informed: flag } },
    {
      name: 'privacy',
      phrase: 'data protection officers',
      columns: { people_affected: int(0, 900000, 'people') },
    },
    { name: 'maritime', phrase: 'shipping law', columns: { port: text('city') } },
    {
      name: 'tenancy',
      phrase: 'disputes between landlords and tenants',
      columns: { address: text('street_address') },
    },
    { name: 'banking', phrase: 'compliance in banks', columns: { risk_score: int(1, 100) } },
    { name: 'environmental', phrase: 'environmental law', columns: { site_name: text('site') } },
    { name: 'family_law', phrase: 'family courts', columns: { children: int(0, 8, 'children') } },
    { name: 'food_safety', phrase: 'food safety officers', columns: { product: text('grocery') } },
    { name: 'sports_law', phrase: 'clubs and athletes', columns: { club: text('team') } },
    {
      name: 'public_tender',
      phrase: 'public procurement',
      columns: { tender_value: num(5000, 9000000, 'USD') },
    },
  ],
  entities: {
    case_file: {
      prefix: 'CAS',
      about: 'a matter that lawyers work on',
      columns: {
        title: text('case_title'),
        client: text('person'),
        opponent: text('company'),
        court: text('court'),
        amount_in_dispute: num(0, 5000000, 'USD'),
        opened_on: day,
        next_hearing: day,
        lawyer_id: ref('lawyer'),
      },
      lifecycle: {
        start: 'intake',
        moves: {
          accept: ['intake', 'open'],
          decline: ['intake', 'declined'],
          'bring_*_to_court': ['open', 'in_court'],
          settle: ['open|in_court', 'settled'],
          close: ['settled|in_court', 'closed'],
        },
      },
      suits: ['prioritised', 'billable', 'noted', 'reviewable', 'lockable', 'archivable'],
    },
    contract: {
      prefix: 'CTR',
      about: 'an agreement between parties',
      columns: {
        title: text('contract_title'),
        counterparty: text('company'),
        value: num(0, 3000000, 'USD'),
        notice_days: int(0, 365, 'days'),
        governing_law: text('country'),
        signed_on: day,
        ends_on: day,
      },
      lifecycle: {
        start: 'draft',
        moves: {
          'send_*_for_signature': ['draft', 'out_for_signature'],
          sign: ['out_for_signature', 'in_force'],
          terminate: ['in_force', 'terminated'],
          recall: ['out_for_signature', 'draft'],
        },
      },
      suits: ['approvable', 'versioned', 'owned', 'reviewable', 'lockable', 'noted'],
    },
    lawyer: {
      prefix: 'LAW',
      about: 'a lawyer or paralegal of the firm',
      columns: {
        full_name: text('person'),
        seniority: oneOf('trainee', 'associate', 'counsel', 'partner'),
        hourly_rate: num(60, 1200, 'USD'),
        open_matters: int(0, 60, 'matters'),
        admitted_on: day,
      },
      lifecycle: {
        start: 'available',
        moves: {
          'mark_*_busy': ['available', 'busy'],
          'mark_*_available': ['busy|away', 'available'],
          'mark_*_away': ['available|busy', 'away'],
        },
      },
      suits: ['rated', 'reachable', 'expiring', 'locatable', 'noted'],
    },
    compliance_check: {
      prefix: 'CHK',
      about: 'a test whether a rule is kept',
      columns: {
        regulation: text('regulation'),
        department: oneOf('finance', 'sales', 'production', 'it', 'hr'),
        findings: int(0, 30, 'findings'),
        score_percent: int(0, 100, '%'),
        planned_for: day,
      },
      lifecycle: {
        start: 'planned',
        moves: {
          begin: ['planned', 'under_way'],
          pass: ['under_way', 'passed'],
          fail: ['under_way', 'failed'],
          remediate: ['failed', 'remediated'],
        },
      },
      suits: ['assignable', 'schedulable', 'prioritised', 'approvable', 'noted'],
    },
    filing_deadline: {
      prefix: 'DDL',
      about: 'a date by which something must be filed',
      columns: {
        paper: text('document_title'),
        authority: text('authority'),
        late_fee: num(0, 5000, 'USD'),
        reminder_days: int(1, 60, 'days'),
        due_on: day,
        case_id: ref('case_file'),
      },
      lifecycle: {
        start: 'pending',
        moves: {
          'mark_*_filed': ['pending|extended', 'filed'],
          'mark_*_missed': ['pending|extended', 'missed'],
          waive: ['pending', 'waived'],
          grant_more_time_for: ['pending', 'extended'],
        },
      },
      suits: ['assignable', 'prioritised', 'expiring', 'noted', 'reviewable'],
    },
    evidence_item: {
      prefix: 'EVD',
      about: 'a thing or paper that proves something',
      columns: {
        label: text('evidence'),
        kind: oneOf('document', 'photo', 'recording', 'object', 'testimony'),
        pages: int(1, 900, 'pages'),
        original: flag,
        collected_on: day,
        case_id: ref('case_file'),
      },
      lifecycle: {
        start: 'collected',
        moves: {
          submit: ['collected', 'submitted'],
          admit: ['submitted', 'admitted'],
          exclude: ['submitted', 'excluded'],
          return: ['admitted|excluded', 'returned'],
        },
      },
      suits: ['locatable', 'lockable', 'owned', 'reviewable', 'grouped'],
    },
    permit: {
      prefix: 'PER',
      about: "an authority's permission",
      columns: {
        subject: text('permit_subject'),
        holder: text('company'),
        authority: text('authority'),
        fee: num(0, 12000, 'USD'),
        conditions: int(0, 25, 'conditions'),
        applied_on: day,
        granted_on: day,
      },
      lifecycle: {
        start: 'applied',
        moves: {
          grant: ['applied', 'granted'],
          refuse: ['applied', 'refused'],
          suspend: ['granted', 'suspended'],
          reinstate: ['suspended', 'granted'],
          revoke: ['granted|suspended', 'revoked'],
        },
      },
      suits: ['expiring', 'assignable', 'billable', 'noted', 'reviewable'],
    },
    whistleblower_report: {
      prefix: 'WBR',
      about: 'a hint that something is wrong',
      columns: {
        topic: text('report_topic'),
        department: oneOf('finance', 'sales', 'production', 'procurement', 'hr'),
        anonymous: flag,
        credibility: int(1, 5),
        received_on: day,
      },
      lifecycle: {
        start: 'received',
        moves: {
          acknowledge: ['received', 'acknowledged'],
          investigate: ['acknowledged', 'investigating'],
          substantiate: ['investigating', 'substantiated'],
          dismiss: ['acknowledged|investigating', 'dismissed'],
        },
      },
      suits: ['assignable', 'prioritised', 'lockable', 'noted'],
    },
    policy_document: {
      prefix: 'PLC',
      about: 'a rule that the company gives itself',
      columns: {
        title: text('policy_title'),
        applies_to: oneOf('everyone', 'managers', 'contractors', 'board', 'drivers'),
        pages: int(1, 90, 'pages'),
        readers_confirmed: int(0, 4000, 'people'),
        effective_on: day,
      },
      lifecycle: {
        start: 'draft',
        moves: {
          adopt: ['draft', 'in_force'],
          suspend: ['in_force', 'suspended'],
          reinstate: ['suspended', 'in_force'],
          repeal: ['in_force|suspended', 'repealed'],
        },
      },
      suits: ['versioned', 'approvable', 'owned', 'expiring', 'noted'],
    },
    legal_expense: {
      prefix: 'LEX',
      about: 'money spent on a matter',
      columns: {
        purpose: text('purpose'),
        payee: text('company'),
        amount: num(5, 60000, 'USD'),
        category: oneOf('court_fee', 'expert', 'travel', 'translation', 'notary'),
        spent_on: day,
        case_id: ref('case_file'),
      },
      lifecycle: {
        start: 'recorded',
        moves: {
          submit: ['recorded', 'submitted'],
          reimburse: ['submitted', 'reimbursed'],
          dispute: ['submitted', 'disputed'],
          resolve: ['disputed', 'submitted'],
        },
      },
      suits: ['approvable', 'noted', 'reviewable', 'owned'],
    },
  },
  applications: {
    case_management: { about: 'follows matters from intake to judgment', entities: ['case_file', 'lawyer'] },
    contract_lifecycle: {
      about: 'drafts, signs and ends contracts',
      entities: ['contract', 'legal_expense'],
    },
    staffing_desk: { about: 'gives matters to lawyers', entities: ['lawyer', 'case_file'] },
    compliance_program: {
      about: 'checks that rules are kept',
      entities: ['compliance_check', 'policy_document'],
    },
    deadline_calendar: { about: 'lets no deadline pass', entities: ['filing_deadline', 'case_file'] },
    evidence_room: { about: 'keeps proofs and who had them', entities: ['evidence_item', 'case_file'] },
    permit_register: { about: 'keeps permissions valid', entities: ['permit', 'compliance_check'] },
    integrity_line: {
      about: 'takes hints and follows them',
      entities: ['whistleblower_report', 'compliance_check'],
    },
    policy_library: { about: "keeps the company's rules", entities: ['policy_document', 'compliance_check'] },
    expense_desk: { about: 'accounts for the costs of matters', entities: ['legal_expense', 'case_file'] },
  },
  computations: {
    default_interest: {
      about: 'the interest on a late payment',
      parameters: {
        principal: num(0.01, 1000000000, 'USD'),
        yearly_percent: num(0.01, 50, '%'),
        days: int(1, 10000, 'days'),
      },
      formula: 'round(principal * yearly_percent / 100 * days / 365, 2)',
    },
    legal_fee: {
      about: 'a fee by hours with its discount',
      parameters: {
        hours: num(0.1, 10000, 'hours'),
        hourly_rate: num(10, 5000, 'USD'),
        discount_percent: num(0, 100, '%'),
      },
      formula: 'round(hours * hourly_rate * (1 - discount_percent / 100), 2)',
    },
    revenue_based_fine: {
      about: 'the highest fine: a part of the revenue or a fixed sum, whichever is more',
      parameters: {
        yearly_revenue: num(0, 1000000000000, 'USD'),
        percent: num(0.1, 10, '%'),
        fixed_maximum: num(0, 50000000, 'USD'),
      },
      formula: 'round(max(yearly_revenue * percent / 100, fixed_maximum), 2)',
    },
    severance_pay: {
      about: 'a severance by years of service',
      parameters: {
        monthly_salary: num(1, 1000000, 'USD'),
        years: num(0.1, 60, 'years'),
        factor: num(0.1, 3),
      },
      formula: 'round(monthly_salary * years * factor, 2)',
    },
  },
}
