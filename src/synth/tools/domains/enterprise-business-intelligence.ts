import { type Domain, day, flag, int, num, oneOf, ref, text } from '../vocabulary.ts'

export const enterpriseBusinessIntelligence: Domain = {
  name: 'enterprise_business_intelligence',
  settings: [
    { name: 'retail', phrase: 'retail chains', columns: { store_count: int(1, 900, 'stores') } },
    { name: 'subscription', phrase: 'subscription businesses', columns: { churn_percent: num(0, 30, '%') } },
    { name: 'wholesale', phrase: 'wholesalers', columns: { minimum_order: int(1, 500, 'units') } },
    { name: 'hotel', phrase: 'hotel groups', columns: { occupancy_percent: num(5, 100, '%') } },
    { name: 'insurance', phrase: 'insurance companies', columns: { loss_ratio_percent: num(10, 140, '%') } },
    {
      name: 'telecom',
      phrase: 'telecom operators',
      columns: { subscriber_count: int(100, 900000, 'subscribers') },
    },
    { name: 'consulting', phrase: 'consulting firms', columns: { billable_percent: num(20, 100, '%') } },
    {
      name: 'export_sales',
      phrase: 'export departments',
      columns: { currency: oneOf('USD', 'EUR', 'GBP', 'JPY', 'CNY') },
    },
    { name: 'franchise', phrase: 'franchise systems', columns: { franchisee: text('person') } },
    { name: 'procurement', phrase: 'purchasing departments', columns: { contract_backed: flag } },
    {
      name: 'workforce',
      phrase: 'staffing and human resources',
      columns: { headcount: int(1, 4000, 'people') },
    },
    { name: 'e_commerce', phrase: 'online shops', columns: { conversion_percent: num(0.1, 12, '%') } },
  ],
  entities: {
    sales_opportunity: {
      prefix: 'OPP',
      about: 'a possible sale that someone works on',
      columns: {
        title: text('deal_title'),
        account_name: text('company'),
        amount: num(500, 900000, 'USD'),
        probability_percent: int(5, 95, '%'),
        source: oneOf('referral', 'website', 'trade_fair', 'cold_call', 'partner'),
        opened_on: day,
        expected_close: day,
        account_id: ref('account'),
      },
      lifecycle: {
        start: 'lead',
        moves: {
          qualify: ['lead', 'qualified'],
          'send_*_proposal': ['qualified', 'proposed'],
          win: ['proposed', 'won'],
          lose: ['lead|qualified|proposed', 'lost'],
          reopen: ['lost', 'lead'],
        },
      },
      suits: ['assignable', 'prioritised', 'noted', 'owned', 'reviewable'],
    },
    account: {
      prefix: 'ACC',
      about: 'a company that buys or may buy',
      columns: {
        company: text('company'),
        industry: oneOf('manufacturing', 'finance', 'health', 'retail', 'public_sector', 'energy'),
        annual_revenue: num(50000, 90000000, 'USD'),
        employees: int(1, 25000, 'people'),
        country: text('country'),
        customer_since: day,
      },
      lifecycle: {
        start: 'prospect',
        moves: {
          activate: ['prospect|dormant', 'active'],
          'mark_*_dormant': ['active', 'dormant'],
          close: ['prospect|dormant', 'closed'],
        },
      },
      suits: ['rated', 'owned', 'reachable', 'noted', 'funded'],
    },
    invoice: {
      prefix: 'INV',
      about: 'a bill that was sent to a customer',
      columns: {
        customer: text('company'),
        net_amount: num(20, 120000, 'USD'),
        tax_percent: num(0, 27, '%'),
        issued_on: day,
        due_date: day,
        account_id: ref('account'),
      },
      lifecycle: {
        start: 'draft',
        moves: {
          send: ['draft', 'sent'],
          'mark_*_paid': ['sent|overdue', 'paid'],
          'mark_*_overdue': ['sent', 'overdue'],
          void: ['draft|sent|overdue', 'void'],
        },
      },
      suits: ['approvable', 'noted', 'reviewable', 'archivable', 'assignable'],
    },
    dashboard: {
      prefix: 'DSH',
      about: 'a page of charts that a team looks at',
      columns: {
        title: text('report_title'),
        audience: oneOf('executives', 'sales', 'finance', 'operations', 'support'),
        tiles: int(1, 40, 'tiles'),
        refresh_minutes: int(5, 1440, 'minutes'),
        public_link: flag,
      },
      lifecycle: {
        start: 'draft',
        moves: {
          publish: ['draft', 'published'],
          unpublish: ['published', 'draft'],
          retire: ['draft|published', 'retired'],
        },
      },
      suits: ['versioned', 'owned', 'archivable', 'lockable', 'rated'],
    },
    metric: {
      prefix: 'MET',
      about: 'a figure that the business steers by',
      columns: {
        name: text('metric_name'),
        unit: oneOf('percent', 'usd', 'days', 'count', 'hours'),
        current_value: num(0, 10000),
        target_value: num(0, 10000),
        direction: oneOf('higher_is_better', 'lower_is_better'),
        measured_on: day,
        dashboard_id: ref('dashboard'),
      },
      suits: ['monitored', 'owned', 'versioned', 'noted', 'archivable'],
    },
    budget_line: {
      prefix: 'BUD',
      about: 'money that a department may spend for a purpose',
      columns: {
        department: oneOf('marketing', 'research', 'operations', 'it', 'facilities', 'training'),
        purpose: text('purpose'),
        fiscal_year: int(2023, 2028),
        planned_amount: num(1000, 900000, 'USD'),
      },
      lifecycle: {
        start: 'proposed',
        moves: {
          confirm: ['proposed', 'confirmed'],
          freeze: ['confirmed', 'frozen'],
          unfreeze: ['frozen', 'confirmed'],
          close: ['confirmed|frozen', 'closed'],
        },
      },
      suits: ['funded', 'approvable', 'owned', 'noted'],
    },
    survey: {
      prefix: 'SVY',
      about: 'questions that customers or staff answer',
      columns: {
        title: text('report_title'),
        audience: oneOf('customers', 'employees', 'partners', 'visitors'),
        questions: int(1, 60, 'questions'),
        responses: int(0, 5000, 'responses'),
        anonymous: flag,
        opened_on: day,
        closes_on: day,
      },
      lifecycle: {
        start: 'draft',
        moves: {
          launch: ['draft', 'running'],
          pause: ['running', 'paused'],
          resume: ['paused', 'running'],
          close: ['running|paused', 'closed'],
        },
      },
      suits: ['owned', 'versioned', 'archivable', 'approvable', 'noted'],
    },
    purchase_order: {
      prefix: 'PO',
      about: 'an order that was placed with a supplier',
      columns: {
        supplier: text('company'),
        item: text('product'),
        quantity: int(1, 5000, 'units'),
        unit_price: num(0.5, 4000, 'USD'),
        ordered_on: day,
        needed_by: day,
      },
      lifecycle: {
        start: 'draft',
        moves: {
          submit: ['draft', 'submitted'],
          confirm: ['submitted', 'confirmed'],
          receive: ['confirmed', 'received'],
          cancel: ['draft|submitted', 'cancelled'],
        },
      },
      suits: ['approvable', 'prioritised', 'assignable', 'noted', 'reviewable'],
    },
    employee: {
      prefix: 'EMP',
      about: 'someone on the payroll',
      columns: {
        full_name: text('person'),
        department: oneOf('sales', 'finance', 'engineering', 'support', 'legal', 'logistics'),
        job_title: text('job_title'),
        salary: num(24000, 210000, 'USD'),
        leave_days_left: int(0, 35, 'days'),
        hired_on: day,
      },
      lifecycle: {
        start: 'active',
        moves: {
          'put_*_on_leave': ['active', 'on_leave'],
          'bring_*_back': ['on_leave', 'active'],
          offboard: ['active|on_leave', 'left'],
        },
      },
      suits: ['rated', 'reachable', 'locatable', 'noted', 'reviewable'],
    },
    campaign: {
      prefix: 'CMP',
      about: 'advertising with a beginning, an end and a goal',
      columns: {
        title: text('campaign_title'),
        channel: oneOf('email', 'search', 'social', 'print', 'radio', 'events'),
        daily_spend: num(10, 9000, 'USD'),
        clicks: int(0, 90000, 'clicks'),
        leads: int(0, 3000, 'leads'),
        starts_on: day,
        ends_on: day,
      },
      lifecycle: {
        start: 'planned',
        moves: {
          start: ['planned', 'running'],
          pause: ['running', 'paused'],
          resume: ['paused', 'running'],
          finish: ['running|paused', 'finished'],
        },
      },
      suits: ['funded', 'approvable', 'owned', 'versioned', 'rated'],
    },
  },
  applications: {
    sales_pipeline: {
      about: 'follows deals from first contact to signature',
      entities: ['sales_opportunity', 'account'],
    },
    receivables: { about: 'sends invoices and chases payments', entities: ['invoice', 'account'] },
    reporting_portal: { about: 'publishes dashboards and their figures', entities: ['dashboard', 'metric'] },
    budget_planner: {
      about: 'plans and moves departmental money',
      entities: ['budget_line', 'purchase_order'],
    },
    feedback_research: { about: 'runs surveys and reads them', entities: ['survey', 'account'] },
    purchasing_desk: { about: 'orders from suppliers', entities: ['purchase_order', 'budget_line'] },
    people_records: { about: 'keeps staff files', entities: ['employee', 'survey'] },
    marketing_planner: {
      about: 'plans campaigns and what they cost',
      entities: ['campaign', 'sales_opportunity'],
    },
    performance_metrics: {
      about: 'watches figures against their targets',
      entities: ['metric', 'dashboard'],
    },
    customer_accounts: { about: 'keeps what is known of customers', entities: ['account', 'invoice'] },
  },
  computations: {
    gross_margin_percent: {
      about: 'the gross margin in percent',
      parameters: { revenue: num(1, 1000000000, 'USD'), cost_of_goods: num(0, 1000000000, 'USD') },
      formula: 'round((revenue - cost_of_goods) / revenue * 100, 2)',
    },
    weighted_pipeline: {
      about: 'the expected value of a deal',
      parameters: { amount: num(1, 100000000, 'USD'), probability_percent: num(0, 100, '%') },
      formula: 'round(amount * probability_percent / 100, 2)',
    },
    customer_lifetime_value: {
      about: 'what a customer brings over all years',
      parameters: {
        yearly_revenue: num(1, 10000000, 'USD'),
        margin_percent: num(1, 100, '%'),
        years: num(0.5, 30, 'years'),
      },
      formula: 'round(yearly_revenue * margin_percent / 100 * years, 2)',
    },
    growth_percent: {
      about: 'the growth from one period to the next in percent',
      parameters: { before: num(0.01, 1000000000), after: num(0, 1000000000) },
      formula: 'round((after - before) / before * 100, 2)',
    },
    break_even_units: {
      about: 'how many units must be sold to cover the fixed costs',
      parameters: {
        fixed_costs: num(1, 100000000, 'USD'),
        unit_price: num(10, 100000, 'USD'),
        unit_cost: num(0, 9, 'USD'),
      },
      formula: 'round(fixed_costs / (unit_price - unit_cost), 0)',
    },
  },
}
